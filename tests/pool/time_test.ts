import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Isolation } from "../../src/pool/mod.ts";
import { World } from "../runtime/world.ts";
import { MODES } from "./modes.ts";
import { serving } from "./serving.ts";

// Code that never ends is stopped in time, without affecting others, and with an error that names it.

const LIMIT = 300;
/** Only a hang takes so long, in milliseconds: how fast a stop is depends on the machine. */
const HANG = 30_000;
const NEIGHBORS = 200;

interface Case {
  /** Specs besides the listener, the router and the neighbor. The router is linked to the first. */
  specs: Record<string, unknown>[];
  /** The expected log line. */
  error: RegExp;
  killed?: boolean;
  /** The body of the request. */
  body?: string;
}

const script = (name: string, code: string, more = {}) => ({
  kind: "snippet",
  name,
  language: "javascript",
  code,
  timeout: LIMIT,
  ...more,
});
const to = (name: string) => ({ links: { out: [{ name, port: "in" }] } });
const stopped = /> bad: .*bad was stopped after 300 ms/;

/** An expression that takes minutes for a text of some dozen characters: patterns are linear, nested macros are not. */
const ENDLESS_CEL = [..."abcdef"].reduceRight(
  (inner, name) => `self.body.split('').all(${name}, ${inner})`,
  "a + b + c + d + e + f != ''",
);

const CASES: Record<string, Case> = {
  "an endless loop": {
    specs: [script("bad", "export default () => { for (;;); }")],
    error: stopped,
  },
  "an endless microtask loop": {
    specs: [script("bad", "export default async () => { for (;;) await null; }")],
    error: stopped,
  },
  "a regular expression that runs away": {
    specs: [script("bad", "export default ({ body }) => /(a+)+$/.test(body)")],
    body: "a".repeat(40) + "b",
    error: stopped,
  },
  "macros that run away in CEL": {
    specs: [{ ...script("bad", ENDLESS_CEL), language: "cel" }],
    body: "a".repeat(40) + "b",
    error: stopped,
  },
  "macros that run away in a condition": {
    specs: [{ kind: "if", name: "bad", when: ENDLESS_CEL, timeout: LIMIT }],
    body: "a".repeat(40) + "b",
    error: stopped,
  },
  "a long native call": {
    specs: [script(
      "bad",
      "export default () => { const s = 'a'.repeat(1 << 28); let n = 0; for (let i = 0; i < 10; i++) n += s.lastIndexOf('b' + i); return n }",
    )],
    error: /> bad: .*bad was killed: one call took longer than 500 ms/,
    killed: true,
  },
  "a sort whose comparison never ends": {
    specs: [script("bad", "export default () => [3, 2, 1].sort(() => { for (;;); })")],
    error: stopped,
  },
  "a promise that never settles": {
    specs: [script("bad", "export default () => new Promise(() => {})")],
    error: /> bad: .*never settles/,
  },
  "a cycle of links": {
    specs: [
      script("bad", "export default (n) => n", to("other")),
      script("other", "export default (n) => n", to("bad")),
    ],
    error: /loop: bad > other > bad/,
  },
  "a cycle of links between asynchronous nodes": {
    specs: [
      script("bad", "export default async (n) => { await null; return n }", to("other")),
      script("other", "export default async (n) => { await null; return n }", to("bad")),
    ],
    error: /loop: bad > other > bad/,
  },
};

function world(specs: Record<string, unknown>[], more: Record<string, unknown> = {}): string {
  return JSON.stringify([
    { kind: "listener", name: "web", port: 0, links: { out: [{ name: "router", port: "in" }] }, ...more },
    {
      kind: "router",
      name: "router",
      routes: [{ path: "/bad", port: "out[0]" }, { path: "/good", port: "out[1]" }],
      links: { "out[0]": [{ name: specs[0]!.name, port: "in" }], "out[1]": [{ name: "good", port: "in" }] },
    },
    {
      kind: "snippet",
      name: "good",
      language: "javascript",
      code: "export default ({ query }) => Number(query.n[0]) + 1",
    },
    ...specs,
  ]);
}

/** Sends many requests at once, and checks that each gets its own answer. */
async function neighbors(at: World): Promise<void> {
  const answers = await Promise.all(Array.from({ length: NEIGHBORS }, (_, n) => at.fetch(`/good?n=${n}`)));
  assertEquals(answers.map(({ text }) => text), answers.map((_, n) => String(n + 1)));
}

/** The cases that are tried with executors that are programs too: one of each sort of end. */
const PROGRAMS = new Set(["an endless loop", "an endless microtask loop", "a long native call"]);

for (const [name, { specs, error, killed = false, body }] of Object.entries(CASES)) {
  const test = async (isolation: Isolation) => {
    await using at = await World.start(world(specs), { isolation });
    await serving(at);
    await neighbors(at);
    const beside = neighbors(at);
    const began = performance.now();
    const bad = await at.fetch("/bad", body === undefined ? {} : { method: "POST", body });
    const took = performance.now() - began;
    assertEquals(bad.status, 500, bad.text);
    assert(took < HANG, `it took ${took} ms`);
    const line = await at.logged(error);
    assertMatch(line, new RegExp(`\\[${(JSON.parse(bad.text) as { process: string }).process}\\]`));
    await beside;
    const again = performance.now();
    await neighbors(at);
    assert(performance.now() - again < HANG);
    assertEquals(at.runtime.pool.status().deaths.map(({ reason }) => reason), killed ? ["time"] : []);
  };
  for (const isolation of PROGRAMS.has(name) ? MODES : ["thread" as const]) {
    Deno.test(`${isolation}: ${name}`, () => test(isolation));
  }
}

Deno.test("a cycle of links through the host ends with its process", async () => {
  const extension = new URL("./extension/relay.ts", import.meta.url).href;
  const specs = [script("bad", "export default (n) => n", to("other")), { kind: "relay", name: "other", ...to("bad") }];
  await using at = await World.start(world(specs, { timeout: LIMIT }), { extensions: [extension] });
  await neighbors(at);
  const beside = neighbors(at);
  const began = performance.now();
  assertEquals((await at.fetch("/bad")).status, 500);
  const took = performance.now() - began;
  assert(took < HANG, `it took ${took} ms`);
  await at.logged(/\[[0-9a-f-]{36}\].*(the process took too long|loop: )/);
  await beside;
  await neighbors(at);
});

Deno.test("a top level that loops on one executor only", async () => {
  const good = script("bad", "export default () => 1");
  await using at = await World.start(world([good]), { executors: 2 });
  await serving(at, 2);
  // the dry run is on the first executor, before that time; the second runs the top level with its first call
  const loops = Date.now() + 3_000;
  await at.apply(world([script("bad", `while (Date.now() > ${loops}); export default () => 1`)]));
  await new Promise((resolve) => setTimeout(resolve, loops - Date.now()));
  const beside = neighbors(at);
  const began = performance.now();
  const answers = await Promise.all([at.fetch("/bad"), at.fetch("/bad")]);
  const took = performance.now() - began;
  assert(took < HANG, `it took ${took} ms`);
  assertEquals(answers.map(({ status }) => status).sort(), [200, 500]);
  await at.logged(stopped);
  await beside;
  assertEquals(at.runtime.pool.status().deaths, []);
});
