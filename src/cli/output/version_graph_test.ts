import { assertEquals } from "@std/assert";
import type { VersionReport } from "../../api/mod.ts";
import { versionGraph } from "./version_graph.ts";

/** Draws a graph. @param parents The parent of each version except 0. */
function drawn(parents: Record<number, number>, head: number): string[] {
  const versions: VersionReport[] = [0, ...Object.keys(parents).map(Number)].map((id) => ({
    id,
    time: new Date(0),
    operations: 0,
    head: id === head,
    ...id in parents && { parent: parents[id]! },
  }));
  return versionGraph(versions).flatMap(({ version, mark, joint }) => [
    `${mark} ${version.id}`,
    ...joint === undefined ? [] : [joint],
  ]);
}

Deno.test("one line of versions", () => {
  assertEquals(drawn({ 1: 0, 2: 1 }, 1), ["o 2", "* 1", "o 0"]);
});

Deno.test("a branch is drawn beside the line of the newest version and meets it at their common ancestor", () => {
  assertEquals(drawn({ 1: 0, 2: 1, 3: 1 }, 3), ["* 3", "| o 2", "|/", "o 1", "o 0"]);
  assertEquals(drawn({ 1: 0, 2: 1, 3: 0, 4: 2 }, 4), ["* 4", "| o 3", "o | 2", "o | 1", "|/", "o 0"]);
});

Deno.test("three branches of one version", () => {
  assertEquals(drawn({ 1: 0, 2: 0, 3: 0 }, 3), ["* 3", "| o 2", "|/", "| o 1", "|/", "o 0"]);
  assertEquals(drawn({ 1: 0, 2: 1, 3: 0, 4: 0, 5: 1 }, 5), [
    "* 5",
    "| o 4",
    "| | o 3",
    "| |/",
    "| | o 2",
    "|_|/",
    "o | 1",
    "|/",
    "o 0",
  ]);
});
