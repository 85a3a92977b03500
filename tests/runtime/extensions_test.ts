import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { loadExtensions } from "../../src/runtime/mod.ts";
import { inFolder } from "./extension_folder.ts";
import { World } from "./world.ts";

// Extensions as a user writes them: modules of a folder of their own, outside of Weft's.

const HEAD = `import { defineKind } from "@weft/weft/kind";
import { z } from "zod";
`;

/** Returns the source of a kind. */
function kind(name: string, options: string, handler: string): string {
  return `${HEAD}export default defineKind({ name: "${name}", summary: "K.", fields: z.object({}),
  ports: { in: ["in"], out: ["out", "error"] }, ${options} prepare: () => ({ in: ${handler} }) });
`;
}

const FILES: Record<string, string> = {
  "shout.ts": `import { loud } from "./lib/loud.ts";
${kind("shout", "", "(payload) => loud(payload.path)")}`,
  "lib/loud.ts": `import { mark } from "./mark.ts";
export const loud = (text: string): string => text.toUpperCase() + mark;`,
  "lib/mark.ts": `export const mark: string = "!";`,
  "home.ts": `const home = Deno.env.get("HOME") !== undefined;
${kind("home", 'place: "host", effect: "none",', "(payload) => `${payload} ${home}`")}`,
  "secret.ts": kind("secret", "", "async () => await Deno.readTextFile(new URL('./beside.txt', import.meta.url))"),
  "beside.txt": "secret",
  "mixed.ts":
    `${HEAD}const options = { summary: "K.", fields: z.object({}), ports: { in: ["in"], out: ["out"] } } as const;
export default [
  defineKind({ ...options, name: "one", place: "host", prepare: () => ({ in: () => 1 }) }),
  defineKind({ ...options, name: "two", prepare: () => ({ in: () => 2 }) }),
];`,
  "broken.ts": `import "./nothere.ts"; export default 1;`,
  "environment.ts": `const home = Deno.env.get("HOME");
${kind("environment", "", "() => home")}`,
};

function withFolder(test: (url: (file: string) => string) => Promise<void>): Promise<void> {
  return inFolder(FILES, (folder) => test((file) => `file://${folder}/${file}`));
}

const FLOW = JSON.stringify([
  { kind: "listener", name: "web", protocol: "http", port: 0, links: { out: [{ name: "a", port: "in" }] } },
  { kind: "shout", name: "a", links: { out: [{ name: "b", port: "in" }] } },
  { kind: "home", name: "b" },
]);

Deno.test("an executor kind of several files and a host kind that reads the environment run", () =>
  withFolder(async (url) => {
    await using world = await World.start(FLOW, { extensions: [url("shout.ts"), url("home.ts")] });
    assertEquals((await world.fetch("/hello")).text, "/HELLO! true");
  }));

Deno.test("executors may read the module graph of their own kinds, and nothing beside it", () =>
  withFolder(async (url) => {
    const { modules, readable } = await loadExtensions([url("shout.ts"), url("home.ts")]);
    assertEquals(modules, [url("shout.ts")]);
    assertEquals(readable.map(({ href }) => href), [url("lib/loud.ts"), url("lib/mark.ts"), url("shout.ts")]);
    const flow = JSON.stringify([
      { kind: "listener", name: "web", protocol: "http", port: 0, links: { out: [{ name: "a", port: "in" }] } },
      { kind: "secret", name: "a" },
    ]);
    await using world = await World.start(flow, { extensions: [url("secret.ts")] });
    assertEquals((await world.fetch("/")).status, 500);
  }));

Deno.test("an extension that cannot be used is named, with the reason and at once", () =>
  withFolder(async (url) => {
    const failed = async (...files: string[]) => {
      const error = await assertRejects(() => World.start(FLOW, { extensions: files.map(url) }));
      const { message, cause } = error as Error;
      return cause instanceof Error ? `${message}: ${cause.message}` : message;
    };
    assertStringIncludes(await failed("broken.ts"), `extension ${url("broken.ts")} cannot be loaded: Module not found`);
    assertStringIncludes(
      await failed("mixed.ts"),
      'kind "one" runs on the host and kind "two" does not: put them into two modules',
    );
    // it can be loaded here, but an executor may not read the environment
    assertStringIncludes(
      await failed("shout.ts", "home.ts", "environment.ts"),
      `extension ${url("environment.ts")} cannot be loaded on an executor: Requires env access to "HOME"`,
    );
  }));
