import { randomOf } from "../kind/engine/mod.ts";
import type { Random } from "../kind/mod.ts";

/**
 * Returns random values that are the same for the same seed.
 *
 * @example
 * ```ts
 * import { seededRandom } from "@weft/weft/testing";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(seededRandom(7).uuid(), seededRandom(7).uuid());
 * ```
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  // mulberry32
  const next = (): number => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return mixed ^ mixed >>> 14;
  };
  return randomOf((bytes) => {
    for (let at = 0; at < bytes.length; at++) bytes[at] = next();
  });
}
