import { assert, assertEquals } from "@std/assert";
import type { Version } from "../registry/mod.ts";
import { findRunnable, type Runnable } from "./runnable_version.ts";

/** Searches a line of versions from 0 to `head`, of which some can run. */
async function search(head: number, canRun: (version: number) => boolean, accepted?: number) {
  const tried: number[] = [];
  const versions = Array.from({ length: head + 1 }, (_, id): Version => ({
    id,
    ...id > 0 && { parent: id - 1 },
    time: new Date(0),
    operations: 1,
  }));
  const found: Runnable = await findRunnable({
    head,
    accepted,
    registry: {
      versions: () => Promise.resolve(versions),
      check: (version) => {
        tried.push(version);
        return canRun(version) ? Promise.resolve() : Promise.reject(new Error(`not ${version}`));
      },
    },
  });
  assertEquals([found.tried, new Set(tried).size], [tried.length, tried.length]);
  assert(!tried.includes(head));
  return { version: found.version, tried, error: found.error?.message };
}

Deno.test("the newest version that can run is found in a number of trials that grows with the logarithm", async () => {
  for (const head of [1, 2, 3, 10, 100, 1_280]) {
    for (const last of [0, 1, 2, 7, 63, 64, 99, 640, 1_279].filter((last) => last < head)) {
      const { version, tried } = await search(head, (version) => version <= last);
      assertEquals(version, last, `of ${head}`);
      assert(tried.length <= 2 * Math.log2(head) + 3, `${tried.length} trials of ${head}: ${tried}`);
    }
  }
});

Deno.test("the parent is tried first", async () => {
  assertEquals(await search(9, (version) => version < 9), { version: 8, tried: [8], error: undefined });
});

Deno.test("the version that was accepted last is tried before others", async () => {
  assertEquals(await search(1_280, (version) => version <= 1_000, 900), {
    version: 900,
    tried: [900],
    error: undefined,
  });
  const { version, tried } = await search(1_280, (version) => version <= 1_000, 1_100);
  assertEquals([version, tried[0]], [1_000, 1_100]);
  // one that is no ancestor is not
  assertEquals((await search(5, (version) => version < 5, 7)).tried, [4]);
});

Deno.test("where none can run there is none, and the last reason is told", async () => {
  assertEquals(await search(3, () => false), { version: undefined, tried: [2, 1, 0], error: "not 0" });
  assertEquals(await search(0, () => false), { version: undefined, tried: [], error: undefined });
});
