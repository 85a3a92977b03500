/** The most typing errors in a word that is still recognized. */
const MOST_SLIPS = 4;

/**
 * Returns the known word that was probably meant: the one with the fewest typing errors (a letter wrong, missing, added,
 * or two swapped), if they are few for its length. Ignores case.
 *
 * @example
 * ```ts
 * import { nearest } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nearest("snipet", ["listener", "snippet"]), "snippet");
 * assertEquals(nearest("gateway", ["listener", "snippet"]), undefined);
 * ```
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let fewest = Infinity;
  for (const candidate of known) {
    const length = Math.max(word.length, candidate.length);
    // a third of the letters, but never all of them
    const limit = Math.min(Math.max(1, Math.floor(length / 3)), length - 1, MOST_SLIPS, fewest - 1);
    if (Math.abs(word.length - candidate.length) > limit) continue;
    const slips = distance(word.toLowerCase(), candidate.toLowerCase(), limit);
    if (slips < fewest) [best, fewest] = [candidate, slips];
  }
  return best;
}

/** Returns all known words, the most similar first; equally similar ones keep their order. */
export function nearestFirst(word: string, known: readonly string[]): string[] {
  const slips = new Map(known.map((candidate) => [candidate, distance(word, candidate, Infinity)]));
  return known.toSorted((a, b) => slips.get(a)! - slips.get(b)!);
}

/** Returns the number of typing errors between two words; infinity if it exceeds the limit. */
function distance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    let least = row;
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let slips = Math.min(above[column - 1]! + (same ? 0 : 1), above[column]! + 1, current[column - 1]! + 1);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        slips = Math.min(slips, before[column - 2]! + 1);
      }
      current.push(slips);
      least = Math.min(least, slips);
    }
    if (least > limit) return Infinity;
    [before, above] = [above, current];
  }
  return above[b.length]! <= limit ? above[b.length]! : Infinity;
}
