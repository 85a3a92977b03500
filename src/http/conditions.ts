/** What there is of a resource, as far as conditions of requests look at it. */
export interface Representation {
  /** With its quotes: `"abc"`, or `W/"abc"`. */
  readonly etag: string;
  /** When it was changed last, in milliseconds since 1970. */
  readonly modified: number;
  /** In bytes. */
  readonly size: number;
}

/** Returns a header of the request by its canonical name. */
type HeaderOf = (name: string) => string | undefined;

const TAG = /(?:W\/)?"[^"]*"/g;

/** Reports whether a client has a representation already, by `If-None-Match` or else `If-Modified-Since`. */
export function isUnchanged({ etag, modified }: Representation, header: HeaderOf): boolean {
  const tags = header("If-None-Match");
  if (tags !== undefined) {
    return tags.trim() === "*" || (tags.match(TAG) ?? []).some((tag) => opaque(tag) === opaque(etag));
  }
  const since = Date.parse(header("If-Modified-Since") ?? "");
  return !Number.isNaN(since) && seconds(modified) <= seconds(since);
}

/** A part of a representation: its first byte, and how many there are. */
export interface Range {
  readonly start: number;
  readonly length: number;
}

/**
 * Returns the part that a client asks for with `Range`, if it still has the same representation by `If-Range`.
 *
 * @returns Undefined for the whole: for several parts too, and for a range that is malformed. `none` if no byte of it
 * exists.
 */
export function rangeOf({ etag, modified, size }: Representation, header: HeaderOf): Range | "none" | undefined {
  const range = header("Range");
  const match = range === undefined ? null : /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(range);
  if (match === null) return undefined;
  const known = header("If-Range");
  if (known !== undefined && !isSame(known, etag, modified)) return undefined;
  const [first, last] = [match[1]!, match[2]!];
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "none" : { start: size - length, length };
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return undefined;
  if (start >= size) return "none";
  return { start, length: (last === "" ? size : Math.min(Number(last) + 1, size)) - start };
}

/** Compares by all bits: a weak tag is never the same. */
function isSame(known: string, etag: string, modified: number): boolean {
  if (known.includes('"')) return known.trim() === etag && !etag.startsWith("W/");
  return seconds(Date.parse(known)) === seconds(modified);
}

function opaque(tag: string): string {
  return tag.replace(/^W\//, "");
}

/** Dates of HTTP have no fractions. */
function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
