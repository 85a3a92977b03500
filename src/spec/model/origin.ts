import type { Position } from "./diagnostic.ts";
import type { Origin, Path, TextOrigin } from "./spec.ts";

/** The positions of the parts of a spec, as far as they are known. Paths use the names in the file. */
export interface Locator {
  /** Returns where the value at a path begins, or the nearest part around it. */
  position(path: Path): Position | undefined;
  /** Returns where the key of the last step of a path begins. */
  keyPosition(path: Path): Position | undefined;
  /** Returns the position of a character of the string at a path. The offset is in UTF-16 units of the value. */
  locate(path: Path, offset: number): Position | undefined;
  /** Returns the scalar at a path as it is written in the file: `007` rather than the number 7. */
  aliasOf?(path: Path): string | undefined;
  /** Returns what else there is to say of the place of a path: which spec uses it, if it stands in a definition. */
  noteAt?(path: Path): string | undefined;
}

/**
 * Returns the position of a field of a stored spec, or of a character of its string. Where that is not known, returns the
 * position of the nearest part around it.
 *
 * @param path By the names in the file (see `sourcePath`).
 * @param offset UTF-16 units from the start of the string.
 */
export function positionIn(origin: Origin, path: Path, offset = 0): Position {
  const exact = origin.texts[JSON.stringify(path)];
  if (exact !== undefined) return { file: exact.file ?? origin.file, ...locateIn(exact, offset) };
  for (let length = path.length; length > 0; length--) {
    const inside = `${JSON.stringify(path.slice(0, length)).slice(0, -1)},`;
    const first = Object.keys(origin.texts).find((key) => key.startsWith(inside));
    if (first === undefined) continue;
    const text = origin.texts[first]!;
    return { file: text.file ?? origin.file, ...locateIn(text, 0) };
  }
  return { file: origin.file, line: origin.line, column: origin.column };
}

/** Returns a locator for a stored spec. */
export function locatorOf(origin: Origin): Locator {
  return {
    position: (path) => positionIn(origin, path),
    keyPosition: (path) => positionIn(origin, path),
    locate: (path, offset) => positionIn(origin, path, offset),
  };
}

/** Returns the line and column of a character of a string. */
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
