/** Signals within this interval count as one, in milliseconds: Ctrl-C may reach a program in two ways. */
const DEBOUNCE = 500;

const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];

/** Signals to stop the program. */
export interface StopSignal {
  /** Resolves on the first signal. */
  first: Promise<void>;
  /** Resolves on the next distinct signal. */
  second: Promise<void>;
}

/**
 * Starts listening for SIGINT and SIGTERM.
 *
 * @param also Counts as the first signal when it resolves, and as none after one.
 */
export function stopSignal(also?: Promise<void>): StopSignal {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let firstAt: number | undefined;
  const onSignal = () => {
    const now = performance.now();
    if (firstAt === undefined) {
      firstAt = now;
      first.resolve();
    } else if (now - firstAt > DEBOUNCE) second.resolve();
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, onSignal);
  void also?.then(() => firstAt === undefined && onSignal());
  return { first: first.promise, second: second.promise };
}
