import { assert, assertEquals } from "@std/assert";
import { until } from "../support/until.ts";
import { snippets, World } from "./world.ts";

const SLEEP = "const sleep = (ms) => new Promise((done) => setTimeout(done, ms));";

/** A snippet in JavaScript. */
const node = (name: string, code: string, fields: Record<string, unknown> = {}) => ({
  kind: "snippet",
  name,
  language: "javascript",
  code,
  ...fields,
});

/** A listener that sends everything to one node, and the nodes. */
const linked = (...nodes: Record<string, unknown>[]) =>
  JSON.stringify([
    { kind: "listener", name: "web", port: 0, links: { out: [{ name: nodes[0]!.name, port: "in" }] } },
    ...nodes,
  ]);

Deno.test("snippets wait for timers and for crypto.subtle, and hold up nobody", async () => {
  await using world = await World.start(snippets({
    later: `${SLEEP} export default async () => { await sleep(50); return 'later' }`,
    long: `${SLEEP} export default async ({ query }) => { await sleep(400); return query.n[0] }`,
    many: "export default async () => { for (let i = 0; i < 500; i++) await new Promise(setImmediate); return 'many' }",
    logs: `${SLEEP} export default async () => { await sleep(1); console.log('after waiting'); return 1 }`,
    thrown: "export default () => new Promise(() => setTimeout(() => { throw new Error('from a timer') }, 1))",
    request:
      `${SLEEP} export default async (request) => { await sleep(30); return { body: [request.body, request.method, request.header["X-A"]] } }`,
    nothing: `${SLEEP} export default async () => { await sleep(1) }`,
    hmac: `export default async () => {
      const text = (t) => new TextEncoder().encode(t);
      const key = await crypto.subtle.importKey("raw", text("key"), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
      return new Uint8Array(await crypto.subtle.sign("HMAC", key, text("data"))).toHex();
    }`,
    quick: "export default () => 'quick'",
  }));
  assertEquals((await world.fetch("/later")).text, "later");
  assertEquals((await world.fetch("/many")).text, "many");
  assertEquals((await world.fetch("/hmac")).text, "5031fe3d989c6d1537a013fa6e739da23463fdaec3b70137d828e36ace221bd0");
  assertEquals((await world.fetch("/nothing")).status, 204);
  await world.fetch("/logs");
  await world.logged(/ logs: after waiting/);
  assertEquals((await world.fetch("/thrown")).status, 500);
  await world.logged(/> thrown: test\.yaml:1:\d+: from a timer/);
  // each gets its own argument back, although the others ran meanwhile
  const posted = await Promise.all(Array.from({ length: 20 }, (_, n) =>
    world.fetch("/request", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-A": `${n}` },
      body: `{"n": ${n}}`,
    })));
  assertEquals(posted.map(({ text }) => JSON.parse(text)), posted.map((_, n) => [{ n }, "POST", [`${n}`]]));

  const began = performance.now();
  const long = Array.from({ length: 50 }, (_, n) => world.fetch(`/long?n=${n}`));
  assertEquals((await world.fetch("/quick")).text, "quick");
  assertEquals((await Promise.all(long)).map(({ text }) => text), long.map((_, n) => String(n)));
  assert(performance.now() - began < 50 * 400 / 4, "the calls waited one after another");
});

Deno.test("the time limit of a call covers what it waits for", async () => {
  const codes: Record<string, string> = {
    never: "export default () => new Promise(() => setInterval(() => {}, 10))",
    loop: "export default () => new Promise(() => setTimeout(() => { for (;;); }, 1))",
    microtasks:
      `${SLEEP} const again = () => queueMicrotask(again); export default async () => { await sleep(1); again() }`,
    slow:
      `${SLEEP} export default async () => { for (;;) { const end = Date.now() + 20; while (Date.now() < end); await sleep(1) } }`,
    quick: "export default () => 'quick'",
  };
  await using world = await World.start(snippets(codes, { timeout: 300 }));
  await world.fetch("/quick");
  for (const name of ["never", "loop", "microtasks", "slow"]) {
    const began = performance.now();
    assertEquals((await world.fetch(`/${name}`)).status, 500, name);
    const took = performance.now() - began;
    assert(took > 290 && took < 5_000, `${name}: ${took}`);
    await world.logged(new RegExp(`${name} was stopped after 300 ms`));
    assertEquals((await world.fetch("/quick")).text, "quick");
  }
  assertEquals(world.runtime.pool.status().deaths, []);
});

Deno.test("a call may wait longer than the default limit, if its own is longer", async () => {
  const code = `${SLEEP} export default async () => { await sleep(1500); return 'slept' }`;
  await using world = await World.start(linked(node("sleeper", code, { timeout: "5s" })));
  assertEquals((await world.fetch("/")).text, "slept");
});

Deno.test("a call that waits beyond its limit answers with the error at the port error", async () => {
  const handler = node("handler", "export default (error) => ({ status: 504, body: error.code })");
  const bad = node("bad", `${SLEEP} export default () => sleep(5000)`, {
    timeout: 100,
    links: { error: [{ name: "handler", port: "in" }] },
  });
  await using world = await World.start(linked(bad, handler));
  const { status, text } = await world.fetch("/");
  assertEquals([status, text], [504, "timeout"]);
});

Deno.test("what is pending when a call has answered never runs, nor what the top level has left", async () => {
  const code = `
    ${SLEEP}
    let runs = 0;
    setInterval(() => runs++, 1);
    export default async ({ query }) => {
      if (query.look) { await sleep(60); return runs }
      setTimeout(() => runs++, 5);
      setInterval(() => runs++, 5);
      crypto.subtle.digest("SHA-256", new Uint8Array(1)).then(() => runs++);
      if (query.stop) { await sleep(1); for (;;); }
      return "answered";
    }`;
  await using world = await World.start(linked(node("leaver", code, { timeout: 200 })));
  assertEquals((await world.fetch("/")).text, "answered");
  assertEquals((await world.fetch("/?look=1")).text, "0");
  assertEquals((await world.fetch("/?stop=1")).status, 500);
  const { text } = await world.fetch("/?look=1"); // what was due before the stop has run
  assertEquals((await world.fetch("/?look=1")).text, text);
});

Deno.test("a call whose client has left is not gone on with", async () => {
  const code = `
    ${SLEEP}
    let runs = 0;
    export default async ({ query }) => {
      if (query.look) return runs;
      for (;;) { await sleep(5); runs++ }
    }`;
  await using world = await World.start(linked(node("leaver", code, { timeout: "20s" })));
  const controller = new AbortController();
  const left = world.fetch("/", { signal: controller.signal }).catch(() => "left");
  const runs = async () => Number((await world.fetch("/?look=1")).text);
  await until("the call runs", async () => await runs() > 2);
  controller.abort();
  assertEquals(await left, "left");
  let before = -1;
  await until("the call has ended", async () => {
    const now = await runs();
    const same = now === before;
    before = now;
    await new Promise((done) => setTimeout(done, 50));
    return same;
  });
});

Deno.test("calls of a snippet can share what one of them waits for", async () => {
  const code = `
    ${SLEEP}
    let shared, loads = 0;
    const load = async () => { loads++; await sleep(100); return 'loaded' };
    export default async () => [await (shared ??= load()), loads]`;
  await using world = await World.start(linked(node("sharing", code)));
  const answers = await Promise.all(Array.from({ length: 5 }, () => world.fetch("/")));
  assertEquals(answers.map(({ text }) => JSON.parse(text)), Array(5).fill(["loaded", 1]));
});

Deno.test("what waits on an executor that dies is run again elsewhere", async () => {
  const codes = {
    waits: `${SLEEP} export default async () => { await sleep(200); return 'waited' }`,
    native:
      "export default () => { const s = 'a'.repeat(1 << 28); let n = 0; for (let i = 0; i < 10; i++) n += s.lastIndexOf('b' + i); return n }",
  };
  await using world = await World.start(snippets(codes, { timeout: 800 }));
  const waiting = world.fetch("/waits");
  await new Promise((done) => setTimeout(done, 50));
  assertEquals((await world.fetch("/native")).status, 500);
  assertEquals((await waiting).text, "waited");
  assertEquals(world.runtime.pool.status().deaths.length, 1);
});
