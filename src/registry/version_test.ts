import { assertEquals, assertThrows } from "@std/assert";
import { forAll } from "../../tests/support/random.ts";
import { RegistryError, type Version, VersionTree } from "./mod.ts";

/** The parent of each version, by id; none for a root. */
function tree(parents: Record<number, number | undefined>): VersionTree {
  return new VersionTree(
    Object.entries(parents).map(([id, parent]): Version => ({
      id: Number(id),
      ...(parent === undefined ? {} : { parent }),
      time: new Date(0),
      operations: 0,
    })),
  );
}

const ids = (versions: readonly Version[]) => versions.map(({ id }) => id);

Deno.test("the shortest path between two versions", () => {
  const line = tree({ 0: undefined, 1: 0, 2: 1, 3: 2 });
  const fork = tree({ 1: undefined, 2: 1, 3: 2, 4: 2 });
  const branch = tree({ 1: undefined, 2: 1, 3: 2, 4: 3, 5: 2 });
  const deep = tree({ 1: undefined, 2: 1, 3: 2, 6: 3, 4: 2, 5: 4 });
  const cases: [VersionTree, number, number, number[]][] = [
    [line, 0, 3, [1, 2, 3]],
    [line, 3, 1, [2, 1]],
    [line, 2, 2, []],
    [fork, 3, 4, [2, 4]],
    [fork, 4, 3, [2, 3]],
    [branch, 3, 5, [2, 5]],
    [branch, 4, 5, [3, 2, 5]],
    [deep, 6, 5, [3, 2, 4, 5]],
    [deep, 5, 6, [4, 2, 3, 6]],
  ];
  for (const [versions, from, to, expected] of cases) assertEquals(ids(versions.path(from, to)), expected);
});

Deno.test("a path from or to an unknown version is an error", () => {
  const versions = tree({ 0: undefined, 1: 0, 7: undefined, 9: 8 });
  for (
    const [from, to, message] of [[0, 5, "unknown version v5"], [5, 0, "unknown version v5"], [1, 7, "v1 and v7"], [
      9,
      1,
      "v9 and v1",
    ]] as const
  ) {
    const error = assertThrows(() => versions.path(from, to), RegistryError, message);
    assertEquals(error.code, "not_found");
  }
});

Deno.test("a path equals the one that a breadth-first search finds", () =>
  forAll("path", 2000, (random) => {
    const parents: Record<number, number | undefined> = { 0: undefined };
    for (let id = 1; id < random.int(2, 15); id++) parents[id] = random.int(0, id - 1);
    const nodes = Object.keys(parents).map(Number);
    const [from, to] = [random.pick(nodes), random.pick(nodes)];
    const path = ids(tree(parents).path(from, to));
    assertEquals(path, search(parents, from, to));
  }));

function search(parents: Record<number, number | undefined>, from: number, to: number): number[] {
  const ways = [[from]];
  for (const way of ways) {
    const at = way.at(-1)!;
    if (at === to) return way.slice(1);
    for (const next of Object.keys(parents).map(Number)) {
      if ((parents[next] === at || parents[at] === next) && !way.includes(next)) ways.push([...way, next]);
    }
  }
  throw new Error("no way");
}
