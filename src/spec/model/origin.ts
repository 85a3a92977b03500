import type { Position } from "./diagnostic.ts";
import type { Origin, Path, TextOrigin } from "./spec.ts";

/** Says where the parts of a spec stand, as far as that is known. Paths are as the author wrote them. */
export interface Locator {
  /** Where the value at a path begins; of the nearest part around it, if there is none. */
  position(path: Path): Position | undefined;
  /** Where the key of the last step of a path begins. */
  keyPosition(path: Path): Position | undefined;
  /** Where a character of the text at a path stands. The offset is in UTF-16 units of the value. */
  locate(path: Path, offset: number): Position | undefined;
  /** The text at a path as it was written, before it was taken for a number or the like. */
  aliasOf?(path: Path): string | undefined;
}

/**
 * Where a field of a spec stands, by what was kept of its source; with an offset, where that character of its text
 * stands. What is not known stands where the nearest part around it does, or the spec.
 *
 * @param path As the author wrote it (see `sourcePath`).
 * @param offset UTF-16 units from the start of the text.
 */
export function positionIn(origin: Origin, path: Path, offset = 0): Position {
  const exact = origin.texts[JSON.stringify(path)];
  if (exact !== undefined) return { file: origin.file, ...locateIn(exact, offset) };
  for (let length = path.length; length > 0; length--) {
    const inside = `${JSON.stringify(path.slice(0, length)).slice(0, -1)},`;
    const first = Object.keys(origin.texts).find((key) => key.startsWith(inside));
    if (first !== undefined) return { file: origin.file, ...locateIn(origin.texts[first]!, 0) };
  }
  return { file: origin.file, line: origin.line, column: origin.column };
}

/** The places of a spec's parts, by what was kept of its source. */
export function locatorOf(origin: Origin): Locator {
  return {
    position: (path) => positionIn(origin, path),
    keyPosition: (path) => positionIn(origin, path),
    locate: (path, offset) => positionIn(origin, path, offset),
  };
}

/** Line and column of a character of a text. */
export function locateIn({ segments }: TextOrigin, offset: number): { line: number; column: number } {
  let low = 0;
  let high = segments.length / 3 - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (segments[middle * 3]! <= offset) low = middle;
    else high = middle - 1;
  }
  const from = segments[low * 3] ?? 0;
  return { line: segments[low * 3 + 1] ?? 1, column: (segments[low * 3 + 2] ?? 1) + Math.max(0, offset - from) };
}
