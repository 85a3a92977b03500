import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { apply, awaitRollout, defineKind, history, loadExtensions, Logger, rollback, Runtime } from "@weft/weft";
import { z } from "zod";
import manifest from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

const LOG = { logger: new Logger({ write: () => {} }), executors: 1 };

function pong(code: string, more: Record<string, unknown> = {}) {
  return [
    { kind: "listener", name: "web", port: 0, links: { out: [{ name: "pong", port: "in" }] } },
    { kind: "snippet", name: "pong", language: "text", code, ...more },
  ];
}

/** Calls the only listener of a runtime. */
async function call(runtime: Runtime): Promise<string> {
  const [url] = await runtime.urls();
  return await (await fetch(url!)).text();
}

/** Runs a program in a folder. @returns What it printed. */
async function program(args: readonly string[], cwd: URL | string): Promise<string[]> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd, env: { NO_COLOR: "1" } });
  const { code, stdout, stderr } = await command.output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(code, 0, err);
  return out!.trimEnd().split("\n");
}

Deno.test("examples/embed.ts runs as a program and ends by itself", async () => {
  const lines = await program(["run", "-A", "--no-check", "examples/embed.ts"], ROOT);
  assertEquals(lines, [
    "version 1: hello, Ada",
    "version 2: welcome back, Ada",
    "rejected: <specs>:1:64: unexpected token: EOF",
    "version 1: hello, Ada",
    "Ada was here 3 times",
  ]);
});

Deno.test("a program in another folder embeds an engine by the public name", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const imports = Object.fromEntries(
      Object.entries(manifest.imports).map(([name, to]) => [name, to.startsWith("./") ? new URL(to, ROOT).href : to]),
    );
    // what docs/embedding.md tells to write
    const config = { imports, unstable: ["worker-options", "no-legacy-abort"], nodeModulesDir: "none" };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
    await Deno.writeTextFile(
      `${folder}/main.ts`,
      `import { apply, Runtime } from "@weft/weft";
      await using runtime = await Runtime.start({ store: "flow.db", executors: 1 });
      await apply(runtime, ${JSON.stringify(pong("from elsewhere"))});
      const [url] = await runtime.urls();
      console.log(await (await fetch(url!)).text());`,
    );
    assertEquals(await program(["run", "-A", "--no-check", "main.ts"], folder), ["from elsewhere"]);
    assertEquals((await Deno.stat(`${folder}/flow.db`)).isFile, true);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an engine starts, applies, is called, rolls back and stops, and its store outlives it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const store = `${folder}/flow.db`;
    {
      await using runtime = await Runtime.start({ store, ...LOG });
      const first = await apply(runtime, pong("one"), { author: "ada" });
      assertEquals([first.version.id, first.version.author, await call(runtime)], [1, "ada", "one"]);
      const second = await apply(runtime, pong("two"));
      assertEquals((await awaitRollout(runtime, second)).map(({ state, version }) => [state, version]), [[
        "applied",
        2,
      ]]);
      assertEquals(await call(runtime), "two");
      await rollback(runtime, 1);
      assertEquals(await call(runtime), "one");
      assertEquals(await runtime.drain(), true);
    }
    await using runtime = await Runtime.start({ store, ...LOG });
    assertEquals([runtime.registry.version.id, await call(runtime)], [1, "one"]);
    assertEquals((await history(runtime)).map(({ id, head }) => [id, head]), [[2, false], [1, true], [0, false]]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("several engines run beside each other in one program", async () => {
  await using one = await Runtime.start(LOG);
  await using two = await Runtime.start({ ...LOG, namespace: "shop" });
  await apply(one, pong("one"));
  await apply(two, pong("two"));
  assertEquals([await call(one), await call(two)], ["one", "two"]);
  assertEquals(two.registry.entries().map(({ id }) => id.text), ["shop:pong", "shop:web"]);
});

Deno.test("kinds of the host are objects of the program, kinds of executors modules", async () => {
  const shout = defineKind({
    name: "shout",
    summary: "Answers in capitals.",
    place: "host",
    fields: z.object({}),
    ports: { in: ["in"], out: ["out"] },
    examples: [{ title: "Shout", spec: { kind: "shout" } }],
    prepare: () => ({ in: (payload) => String(payload).toUpperCase() }),
  });
  const extensions = await loadExtensions([new URL("examples/greeting.ts", ROOT).href]);
  await using runtime = await Runtime.start({ ...LOG, kinds: [shout], extensions, env: { WHO: "ada" } });
  await apply(runtime, [
    { kind: "listener", name: "web", port: 0, links: { out: [{ name: "who", port: "in" }] } },
    {
      kind: "snippet",
      name: "who",
      language: "text",
      code: "ada",
      links: { out: [{ name: "hello", port: "in" }] },
    },
    { kind: "greeting", name: "hello", greeting: "Hello", links: { out: [{ name: "loud", port: "in" }] } },
    { kind: "shout", name: "loud" },
  ]);
  assertEquals(await call(runtime), "HELLO, ADA");
});

Deno.test("a start that fails says why and leaves nothing behind", async () => {
  await assertRejects(() => Runtime.start({ ...LOG, store: "redis://x" }), Error, "invalid store");
  const quiet = defineKind({
    name: "quiet",
    summary: "Answers with nothing.",
    fields: z.object({}),
    ports: { in: ["in"], out: [] },
    examples: [{ title: "Nothing", spec: { kind: "quiet" } }],
    prepare: () => ({ in: () => null }),
  });
  const error = await assertRejects(() => Runtime.start({ ...LOG, kinds: [quiet] }), Error);
  assertMatch(error.message, /^kind "quiet" runs on executors/);
});
