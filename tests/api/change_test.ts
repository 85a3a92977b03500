import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  apply,
  awaitRollout,
  BrokenLinksError,
  diff,
  find,
  get,
  HeadMovedError,
  history,
  openTarget,
  plan,
  remove,
  resolveVersion,
  rollback,
  SpecsError,
  status,
  type Target,
  targetOn,
} from "../../src/api/mod.ts";
import { RegistryError } from "../../src/registry/mod.ts";
import { schemeOf } from "../../src/runtime/mod.ts";
import { openStore } from "../../src/store/mod.ts";
import { linked, nop, text } from "../cli/specs.ts";
import { World } from "../runtime/world.ts";

const SCHEME = { scheme: schemeOf() };

/** A target on a store of its own, in memory. */
async function target(): Promise<Target & AsyncDisposable> {
  const store = await openStore("memory:");
  return { ...await targetOn(store), [Symbol.asyncDispose]: () => store.close() };
}

function ids(entries: readonly { id: { text: string } }[]): string[] {
  return entries.map(({ id }) => id.text);
}

Deno.test("a plan says what apply would do, and apply does it", async () => {
  await using at = await target();
  const specs = [linked("a", "b"), nop("b")];
  const planned = await plan(at, specs, SCHEME);
  assertEquals([planned.version.id, planned.changed], [0, false]);
  const applied = await apply(at, specs, { ...SCHEME, author: "ada", message: "first" });
  assertEquals([applied.version.id, applied.changed], [1, true]);
  // a spec gets its id when it is stored
  const shown = ({ operations }: typeof applied) => operations.map(({ operation, id, kind }) => [operation, id, kind]);
  assertEquals(shown(planned), shown(applied));
  assertEquals([...applied.ids], ["default:a", "default:b"]);
  const again = await apply(at, specs, SCHEME);
  assertEquals([again.version.id, again.changed, again.operations], [1, false, []]);
  assertEquals((await history(at)).map(({ id, head, author, message }) => ({ id, head, author, message })), [
    { id: 1, head: true, author: "ada", message: "first" },
    { id: 0, head: false, author: undefined, message: undefined },
  ]);
});

Deno.test("invalid specs are an error that carries the diagnostics, and nothing is stored", async () => {
  await using at = await target();
  const bad = [nop("fine"), { kind: "snippet", name: "bad", language: "cel", code: "1 +" }, { kind: "nob", name: "x" }];
  const error = await assertRejects(() => apply(at, bad, SCHEME), SpecsError);
  assertEquals(error.code, "invalid");
  assertEquals(error.diagnostics.map(({ location }) => location?.position?.line), [2, 3]);
  assert(error.message.includes('did you mean "nop"?'), error.message);
  assertEquals([at.registry.version.id, at.registry.size], [0, 0]);
  const yaml = { name: "flow.yaml", text: "- kind: nop\n  nam: x\n" };
  const { message } = await assertRejects(() => apply(at, [yaml], SCHEME), SpecsError);
  assert(message.startsWith("flow.yaml:2:3: "), message);
});

Deno.test("a link to a deleted spec is an error with the link, unless it may break", async () => {
  await using at = await target();
  await apply(at, [linked("a", "b"), nop("b")], SCHEME);
  const error = await assertRejects(() => remove(at, { names: ["b"] }), BrokenLinksError);
  assertEquals(error.links.map(({ from, port, to }) => [from.text, port, to.text]), [[
    "default:a",
    "out",
    "default:b",
  ]]);
  const { version, brokenLinks } = await remove(at, { names: ["b"] }, { breakLinks: true });
  assertEquals([version.id, brokenLinks.length], [2, 1]);
  assertEquals(ids(await get(at)), ["default:a"]);
  const unknown = await assertRejects(() => remove(at, { names: ["a", "c"] }), RegistryError);
  assertEquals([unknown.code, at.registry.size], ["not_found", 1]);
});

Deno.test("specs that are not among those that cover them are deleted", async () => {
  await using at = await target();
  await apply(at, [nop("a"), nop("b"), nop("c", { namespace: "other" })], SCHEME);
  const { operations } = await apply(at, [nop("b")], { ...SCHEME, covers: "namespaces" });
  assertEquals(operations.map(({ operation, id }) => [operation, id]), [["delete", "default:a"]]);
  assertEquals(ids(await get(at)), ["default:b", "other:c"]);
});

Deno.test("a rollback moves head, or restores one namespace as a new version", async () => {
  await using at = await target();
  await apply(at, [text("a", "one"), text("b", "one", { namespace: "shop" })], SCHEME);
  await apply(at, [text("a", "two"), text("b", "two", { namespace: "shop" })], SCHEME);
  const dry = await rollback(at, 1, { dryRun: true });
  assertEquals([dry.version.id, dry.operations.length], [2, 2]);
  const shop = await rollback(at, 1, { namespace: "shop" });
  assertEquals([shop.version.id, shop.operations.map(({ id }) => id)], [3, ["shop:b"]]);
  assertEquals((await rollback(at, 1)).version.id, 1);
  assertEquals(await resolveVersion(at, "head"), 1);
  assertEquals(await diff(at, { from: 1, to: 3, namespace: "default" }), {
    from: 1,
    to: 3,
    operations: [{
      operation: "update",
      id: "default:a",
      kind: "snippet",
      changes: [{ path: "code", from: "one", to: "two" }],
    }],
  });
  assertEquals((await assertRejects(() => rollback(at, 9), RegistryError)).code, "not_found");
  assertEquals((await assertRejects(() => resolveVersion(at, "latest"), RegistryError)).code, "invalid");
});

Deno.test("specs are found by criteria, in any version", async () => {
  await using at = await target();
  await apply(at, [nop("a", { annotations: { tags: "x" } }), text("b", "one")], SCHEME);
  await remove(at, { names: ["b"] });
  assertEquals(ids(await find(at, { "^.name": "a" })), ["default:a"]);
  assertEquals(ids(await find(at, [".kind=snippet"])), []);
  assertEquals(ids(await find(at, [".kind=snippet"], { version: 1 })), ["default:b"]);
  assertEquals(ids(await find(at, [".kind=nop"], { namespace: "shop" })), []);
});

Deno.test("a change on another base is an error; without a base it is planned again on what another writer made", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using first = await openTarget(`${folder}/s.db`, { missing: "new" });
    await using second = await openTarget(`${folder}/s.db`);
    await apply(first, [nop("a")], SCHEME);
    const stale = await assertRejects(() => apply(second, [nop("b")], { ...SCHEME, base: 0 }), HeadMovedError);
    assertEquals([stale.expected, stale.actual], [0, 1]);
    assertEquals((await apply(second, [nop("b")], SCHEME)).version.id, 2);
    assertEquals(ids(await get(second)), ["default:a", "default:b"]);
    const missing = await assertRejects(() => openTarget(`${folder}/none.db`), RegistryError);
    assertEquals(missing.code, "not_found");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a runtime is a target: its nodes accept or reject the version", async () => {
  await using world = await World.start("[]");
  const { runtime } = world;
  const listener = { kind: "listener", name: "web", port: 0, links: { out: [{ name: "pong", port: "in" }] } };
  const change = await apply(runtime, [listener, text("pong", "pong")], { scheme: runtime.loader.scheme });
  assertEquals((await world.fetch("/")).text, "pong");
  assertEquals((await awaitRollout(runtime, change)).map(({ state }) => state), ["applied"]);
  const bad = [{ ...text("pong", "throw new Error('not today')"), language: "javascript" }];
  await assertRejects(() => apply(runtime, bad, { scheme: runtime.loader.scheme }), RegistryError);
  assertEquals(runtime.registry.version.id, 1);
  assertEquals((await world.fetch("/")).text, "pong");
  const { head, runtimes } = await status(runtime);
  assertEquals([head, runtimes.map(({ version, state }) => [version, state])], [1, [[1, "current"]]]);
});
