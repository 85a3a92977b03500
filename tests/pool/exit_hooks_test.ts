import { assertEquals, assertMatch } from "@std/assert";
import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { loadExtensions, schemeOf } from "../../src/runtime/mod.ts";
import { KINDS } from "../../src/kinds/mod.ts";
import { World } from "../runtime/world.ts";

const HOOKS = import.meta.resolve("./extension/hooks.ts");

/** A kind of the host whose exit hook logs, after the hooks of everything that came later. */
const around: Kind = defineKind({
  name: "around",
  summary: "Logs the end of the process.",
  place: "host",
  effect: "none",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out", "error"] },
  prepare: ({ log }) => ({
    in(payload, call) {
      call.process.onExit((error) => log.info(`the host is told ${error?.message ?? "nothing"}`));
      return payload;
    },
  }),
});

async function start(...specs: object[]): Promise<World> {
  const extensions = await loadExtensions([HOOKS]);
  const scheme = schemeOf({ ...extensions, kinds: [...extensions.kinds, around] }, KINDS);
  const listener = { kind: "listener", name: "web", port: 0, links: { out: [{ name: "around", port: "in" }] } };
  const first = { kind: "around", name: "around", links: { out: [{ name: "hooks", port: "in" }] } };
  return await World.start(JSON.stringify([listener, first, ...specs]), { extensions: [HOOKS], scheme });
}

/** Returns what hooks have logged, without times and names. */
function told({ log }: World): string[] {
  return log.flatMap((line) => /(the (?:process|parent|child|host) (?:ends|is told) .*)$/.exec(line)?.[1] ?? []);
}

Deno.test("exit hooks on an executor run at once, before those of the host that came earlier", async () => {
  await using world = await start({ kind: "hooks", name: "hooks" });
  assertEquals((await world.fetch("/")).status, 200);
  // no other request comes
  await world.logged(/the host is told/, 5_000);
  assertEquals(told(world), ["the process ends well", "the host is told nothing"]);
});

Deno.test("a process waits for the children that it has on an executor", async () => {
  const inner = { kind: "hooks", name: "inner", label: "child" };
  const links = { out: [{ name: "inner", port: "in" }] };
  await using world = await start({ kind: "hooks", name: "hooks", label: "parent", child: true, links }, inner);
  await world.fetch("/");
  await world.logged(/the host is told/, 5_000);
  assertEquals(told(world), ["the child ends well", "the parent ends well", "the host is told nothing"]);
});

Deno.test("exit hooks get the error that the process failed with", async () => {
  await using world = await start({ kind: "hooks", name: "hooks", fail: true });
  assertEquals((await world.fetch("/")).status, 500);
  await world.logged(/the host is told/, 5_000);
  const [onExecutor, onHost] = told(world);
  assertMatch(onExecutor!, /^the process ends with what failed/);
  assertMatch(onHost!, /^the host is told what failed/);
});
