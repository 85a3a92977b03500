import { assertEquals } from "@std/assert";
import type { Move } from "../../src/registry/mod.ts";
import { openStore } from "../../src/store/mod.ts";
import { until } from "../support/until.ts";
import { World } from "./world.ts";

const flow = (answer: string) => `
- { kind: listener, name: web, port: 0, links: { out: [{ name: hi, port: in }] } }
- { kind: snippet, name: hi, language: text, code: ${answer} }
`;

Deno.test("a runtime that cannot follow its store for a while follows it again, and misses no move", async () => {
  const store = await openStore("memory:");
  const { history } = store;
  const watch = history.watch.bind(history);
  let fails = 0;
  const sinces: number[] = [];
  // the second move breaks the watch, and so do the next two attempts
  history.watch = async function* (since, signal): AsyncIterableIterator<Move> {
    sinces.push(since);
    if (fails > 0) {
      fails--;
      throw new Error("the disk is gone");
    }
    for await (const move of watch(since, signal)) {
      yield move;
      if (move.message === "break") {
        fails = 2;
        throw new Error("the disk is gone");
      }
    }
  };
  await using world = await World.start(flow("one"), { store });
  const { registry } = world.runtime;
  const first = registry.version.id;
  await world.apply(flow("two"));
  await history.setHead(first, first + 1, { message: "break" });
  await world.logged(/the store cannot be followed: the disk is gone; trying again$/);
  await history.setHead(first + 1, first);
  await world.logged(/ info {2}the store is followed again$/);
  await until("the last move is followed", async () => (await world.fetch("/")).text === "two");
  // told once, not with each attempt
  assertEquals(world.log.filter((line) => /cannot be followed/.test(line)).length, 1);
  assertEquals(sinces.length, 4);
});

Deno.test("a runtime that waits to follow its store again can be closed at once", async () => {
  const store = await openStore("memory:");
  store.history.watch = () => {
    throw new Error("the disk is gone");
  };
  const world = await World.start(flow("one"), { store });
  await world.logged(/cannot be followed/);
  await world[Symbol.asyncDispose]();
});
