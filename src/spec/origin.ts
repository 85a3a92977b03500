import type { Position } from "./problem.ts";
import type { Locator } from "./source.ts";
import type { Origin, Path, TextOrigin } from "./spec.ts";

/**
 * Where a field of a spec stands, by what was kept of its source; with an offset, where that character of its text
 * stands. What is not known stands where the nearest part around it does, or the spec.
 *
 * @param path As the author wrote it (see `writtenPath`).
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
