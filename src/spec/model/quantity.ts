const DURATIONS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "µs": 1e-3,
  "μs": 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** A duration as a string. */
export const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h|d))+$/;

/** A size as a string. */
export const SIZE = /^\d+(?:\.\d+)? ?(?:[KkMmGg]i?)?[Bb]$/;

/**
 * Parses a duration such as `500ms`, `2s` or `1m30s` to milliseconds; returns undefined for any other string.
 * Units are ns, us, ms, s, m, h and d.
 */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(/([\d.]+)(\D+)/g)) sum += Number(number) * DURATIONS[unit!]!;
  return sum;
}

/** Parses a size such as `512B`, `64KiB` or `1 MB` to bytes; returns undefined for any other string. */
export function parseSize(text: string): number | undefined {
  if (!SIZE.test(text)) return undefined;
  const [, number, unit] = /^([\d.]+) ?(\D+)$/.exec(text)!;
  return Math.floor(Number(number) * SIZES[unit!.toLowerCase()]!);
}
