import { assert, assertEquals } from "@std/assert";
import { diffLines, withContext } from "./line_diff.ts";

function written(old: string, now: string): string[] {
  return diffLines([...old], [...now]).map(({ sign, line }) => sign + line);
}

Deno.test("lines are unchanged, removed or added", () => {
  assertEquals(written("", ""), []);
  assertEquals(written("abc", "abc"), [" a", " b", " c"]);
  assertEquals(written("", "ab"), ["+a", "+b"]);
  assertEquals(written("ab", ""), ["-a", "-b"]);
  assertEquals(written("abc", "axc"), [" a", "-b", "+x", " c"]);
  assertEquals(written("abcabba", "cbabac").filter((line) => line[0] !== " ").length, 5);
});

Deno.test("a diff contains both inputs and is the shortest", () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % below;
  const letters = () => Array.from({ length: random(12) }, () => "abc"[random(3)]!);
  for (let round = 0; round < 500; round++) {
    const [old, now] = [letters(), letters()];
    const lines = diffLines(old, now);
    assertEquals(lines.filter(({ sign }) => sign !== "+").map(({ line }) => line), old);
    assertEquals(lines.filter(({ sign }) => sign !== "-").map(({ line }) => line), now);
    assertEquals(lines.filter(({ sign }) => sign === " ").length, longestCommon(old, now));
  }
});

Deno.test("inputs with nothing in common are compared quickly", () => {
  const texts = ["a", "b"].map((letter) => Array.from({ length: 5_000 }, (_, index) => `${letter}${index}`));
  const began = performance.now();
  assertEquals(diffLines(texts[0]!, texts[1]!).length, 10_000);
  assert(performance.now() - began < 30_000);
});

Deno.test("a change is shown with lines of context", () => {
  const lines = diffLines([..."abcdefghij"], [..."abcdeFghij"]);
  assertEquals(withContext(lines, 1).map((line) => line === undefined ? "..." : line.sign + line.line), [
    "...",
    " e",
    "-f",
    "+F",
    " g",
    "...",
  ]);
});

/** Returns the length of the longest common subsequence, by dynamic programming. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = b.map(() => 0).concat(0);
  for (const item of a) {
    const next = [0];
    b.forEach((other, index) => next.push(item === other ? row[index]! + 1 : Math.max(row[index + 1]!, next[index]!)));
    row = next;
  }
  return row.at(-1)!;
}
