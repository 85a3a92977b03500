import { assertEquals } from "@std/assert";
import { HeadLog } from "./head_log.ts";

Deno.test("the oldest moves are forgotten, and sequence numbers are not reused", () => {
  const log = new HeadLog(3);
  assertEquals([log.head, log.since(0)], [{ version: 0, sequence: 0 }, []]);
  for (const version of [1, 2, 1, 3]) log.add(version, new Date(), {});
  const moves = (since: number) =>
    log.since(since).map(({ sequence, previous, version }) => [sequence, previous, version]);
  assertEquals(moves(0), [[2, 1, 2], [3, 2, 1], [4, 1, 3]]);
  assertEquals(moves(3), [[4, 1, 3]]);
  assertEquals(moves(4), []);
  log.forget(new Set([2]));
  assertEquals(moves(0), [[3, 2, 1], [4, 1, 3]]);
  assertEquals(log.add(5, new Date(), { message: "on" }), { version: 5, sequence: 5 });
  assertEquals(log.since(4)[0]?.message, "on");
});
