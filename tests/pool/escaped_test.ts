import { assertEquals, assertMatch } from "@std/assert";
import { World } from "../runtime/world.ts";
import { GUARDED } from "./extension/escaped.ts";
import { testEachMode } from "./modes.ts";

// Code that escapes the realm is on a thread without permissions, with a stripped global and without imports. The kind
// `escaped` runs code there, outside of the realm.

const EXTENSION = new URL("./extension/escaped.ts", import.meta.url).href;
const SPECS = JSON.stringify([
  { kind: "listener", name: "web", port: 0, links: { out: [{ name: "escaped", port: "in" }] } },
  { kind: "escaped", name: "escaped" },
]);

/** Attempts to use what no permission guards, on the locked down global. */
const REMOVED: Record<string, string> = {
  "Deno": "return Deno.kill",
  "node:process": "return process.pid",
  "require": "return require('node:fs')",
  "a module of Node": "return await import('node:process')",
  "a module of npm": "return await import('npm:zod')",
  "a module of a file": "return await import('file:///etc/hostname')",
  "a module of the engine": "return await import(new URL('../../../src/pool/mod.ts', 'PROJECT').href)",
  "a module in its own address": "return await import('data:text/javascript,export default Deno')",
  "a module of the network": "return await import('https://example.com/x.js')",
  "a thread": "return new Worker('data:text/javascript,')",
  "a channel to every thread": "return new BroadcastChannel('x')",
  "a channel": "return new MessageChannel()",
  "the cache": "return await caches.open('x')",
  "locks": "return await navigator.locks.query()",
  "storage": "return localStorage.length",
  "WebAssembly": "return new WebAssembly.Memory({ initial: 1 })",
  "fetch": "return fetch('http://127.0.0.1')",
  "timers": "return setTimeout(() => {}, 1)",
  "the console": "return console.log('x')",
  "closing": "return close()",
  "reporting an error": "return reportError(new Error('x'))",
  "the clock's precision": "return performance.now()",
  "shared memory": "return new SharedArrayBuffer(8)",
  "structuredClone": "return structuredClone({})",
  "the stack's functions":
    "Error.prepareStackTrace = (_, sites) => sites.flatMap((site) => [site.getThis(), site.getFunction()]).filter((x) => x !== undefined && x !== globalThis);" +
    "const found = new Error('x').stack; Error.prepareStackTrace = undefined; if (!Array.isArray(found) || found.length > 0) return found; throw new Error('nothing there')",
};

/** What an attempt without its permission gives. The environment of a program is empty, for whoever reads it. */
const DENIED = {
  thread: /NotCapable|Requires \w+ access/,
  process: /NotCapable|Requires \w+ access|^got (\{\}|undefined)$/,
};

testEachMode("code that has escaped the realm", async (isolation, t) => {
  await using world = await World.start(SPECS, { extensions: [EXTENSION], isolation });
  const run = async (code: string) => (await world.fetch("/", { method: "POST", body: code })).text;
  const tried = JSON.parse((await run("return given.tried")).replace(/^got /, ""));
  for (const name of Object.keys(GUARDED)) {
    await t.step(
      `${name} needs a permission, which is denied`,
      () => assertMatch(tried[name], DENIED[isolation]),
    );
  }
  for (const [name, code] of Object.entries(REMOVED)) {
    await t.step(`${name} is removed from the thread`, async () => {
      assertMatch(await run(code.replaceAll("PROJECT", EXTENSION)), /^\w*Error: /);
      assertEquals(await run("return 6 * 7"), "got 42");
    });
  }
  await t.step("no function that reaches outside can be reached from the global", async () => {
    assertEquals(await run("return given.paths()"), "got []");
  });
  assertEquals(world.runtime.pool.status().deaths, []);
});
