import { assert, assertEquals } from "@std/assert";
import { summarize } from "./summary.ts";

Deno.test("a value is summarized on one line, as JSON where it can", () => {
  const value = { name: "Ada\n", tags: ["a", 1, 2n, null, true], at: new Date(0), raw: new Uint8Array(3) };
  assertEquals(
    summarize(value),
    '{"name":"Ada\\n","tags":["a",1,2,null,true],"at":1970-01-01T00:00:00.000Z,"raw":<3 bytes>}',
  );
  assertEquals(summarize(new Error("no stock")), 'error "no stock"');
  assertEquals(summarize({}), "{}");
});

Deno.test("what is long is cut, however large and deep it is", () => {
  assertEquals(summarize("abcdef", 4), '"abc...');
  const items: number[] = new Array(1e6).fill(0);
  assertEquals(summarize(items, 8), "[0,0,0,0...");
  let deep: readonly unknown[] = [];
  for (let depth = 0; depth < 1e5; depth++) deep = [deep];
  assertEquals(summarize(deep as never, 5), "[[[[[...");
  const started = performance.now();
  for (let round = 0; round < 100; round++) summarize({ a: "x".repeat(1e6), items });
  assert(performance.now() - started < 1_000);
});
