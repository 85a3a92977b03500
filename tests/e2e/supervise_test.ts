import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { openStore } from "../../src/store/mod.ts";
import { listener } from "../cli/specs.ts";
import { runs } from "../pool/proc.ts";
import { delay, until } from "../support/until.ts";
import { Weft, weft } from "./weft.ts";

// The engine under a supervisor: both are programs of their own, which are killed here as others would kill them.

/** What the supervisor may do beyond the task: start Deno. */
const ALLOW = [`--allow-write=/tmp`, `--allow-run=${Deno.execPath()}`];

/** A workflow that answers at once, or after some time. */
const FLOW = [listener("web", "hello"), {
  kind: "snippet",
  name: "hello",
  language: "javascript",
  code: `export default async ({ query }) => {
    if (query.loop) for (const end = Date.now() + 900; Date.now() < end;);
    if (query.wait) await new Promise((resolve) => setTimeout(resolve, 600));
    return "hello";
  }`,
}];

/** A kind that runs code on an executor without a realm, and so without the guards against what V8 aborts for. */
const ESCAPED = new URL("../pool/extension/escaped.ts", import.meta.url).href;

/** Returns the flow with its listener at a port, so that it is the same after the next start. */
function flowAt(port: number): string {
  return JSON.stringify([{ ...FLOW[0], port }, FLOW[1]]);
}

/** Returns ports that are free. */
function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  return listeners.map((listener) => {
    const { port } = listener.addr as Deno.NetAddr;
    listener.close();
    return port;
  });
}

function start(args: string[], input?: string): Promise<Weft> {
  const executors = ["--executors", "1"];
  return Weft.start({
    args: [...executors, ...args, "--supervise"],
    allow: ALLOW,
    ...input !== undefined && { input },
  });
}

/** Returns the process of the engine that serves, of those that have served so far. */
async function engineOf(weft: Weft, served = 1): Promise<number> {
  const lines = () => weft.err.flatMap((line) => / serves(?: again)?, as process (\d+)/.exec(line)?.[1] ?? []);
  await until(`engine ${served} serves`, () => lines().length >= served);
  return Number(lines()[served - 1]);
}

interface Answer {
  status: number;
  retryAfter: string | null;
  text: string;
}

/** Asks once. @returns Undefined if nobody listens, or the connection is lost. */
async function ask(url: string): Promise<Answer | undefined> {
  try {
    const response = await fetch(url);
    return { status: response.status, retryAfter: response.headers.get("retry-after"), text: await response.text() };
  } catch {
    return undefined;
  }
}

/** Returns how many processes are open, as the admin address says. */
async function processesAt(adminUrl: string): Promise<number> {
  const response = await fetch(`${adminUrl}/status`);
  return (await response.json()).processes;
}

/** Asks until an answer has a status. */
async function answered(url: string, status: number): Promise<Answer> {
  let answer: Answer | undefined;
  await until(`${url} answers ${status}`, async () => (answer = await ask(url))?.status === status);
  return answer!;
}

Deno.test("an engine that is killed under load is started again, and 503 is answered meanwhile", async (t) => {
  const [port, other, admin] = freePorts(3) as [number, number, number];
  const [url, otherUrl, adminUrl] = [port, other, admin].map((port) => `http://127.0.0.1:${port}`) as [
    string,
    string,
    string,
  ];
  const escaped = [listener("other", "escaped", { port: other }), { kind: "escaped", name: "escaped" }];
  // the specs are read from standard input once, for all engines
  const args = ["-f", "-", "--admin", `127.0.0.1:${admin}`, "--extension", ESCAPED];
  await using server = await start(args, JSON.stringify([...JSON.parse(flowAt(port)), ...escaped]));
  let first = 0;

  await t.step("SIGKILL", async () => {
    first = await engineOf(server);
    assertNotEquals(first, server.pid);
    const seen = new Set<number>();
    let isLoaded = true;
    const load = Array.from({ length: 8 }, async () => {
      while (isLoaded) seen.add((await ask(url))?.status ?? 0);
    });
    await until("there is load", () => seen.has(200));
    Deno.kill(first, "SIGKILL");
    const all = await Promise.all([
      answered(url, 503),
      answered(otherUrl, 503),
      answered(`${adminUrl}/ready`, 503),
      answered(`${adminUrl}/health`, 503),
    ]);
    for (const { retryAfter, text } of all) {
      assertEquals(retryAfter, "1");
      assertMatch(text, /the engine is being started again/);
    }
    const second = await engineOf(server, 2);
    assertNotEquals(second, first);
    isLoaded = false;
    await Promise.all(load);
    assertEquals([...seen].filter((status) => ![0, 200, 503].includes(status)), []);
    assertEquals((await ask(url))?.text, "hello");
    assertEquals((await ask(`${adminUrl}/ready`))?.status, 200);
    const ends = server.err.filter((line) => line.includes("has ended"));
    assertEquals(ends.length, 1);
    assertMatch(ends[0]!, new RegExp(`error the engine \\(process ${first}\\) has ended after [\\d.]+ s: .*SIGKILL`));
    assertMatch(ends[0]!, /; starting it again$/);
  });

  await t.step("SIGABRT in a long call", async () => {
    const engine = await engineOf(server, 2);
    const lost = Array.from({ length: 4 }, () => ask(`${url}?loop=1`));
    await until("the requests have arrived", async () => await processesAt(adminUrl) === 4);
    await delay(300);
    Deno.kill(engine, "SIGABRT");
    // `fetch` sends a request again whose connection is lost
    for (const answer of await Promise.all(lost)) assertNotEquals(answer?.status, 200);
    const line = await server.line(server.err, /SIGABRT/);
    assertMatch(line, /it crashed with SIGABRT, in a long call of "hello"; .*starting it again in 0.1 s$/);
    await engineOf(server, 3);
  });

  await t.step("an abort of V8", async () => {
    const lost = fetch(otherUrl, { method: "POST", body: "return 'a'.repeat(2e8).split('').length" });
    await lost.then((response) => response.body?.cancel(), () => {});
    const line = await server.line(server.err, /V8 ended it/);
    assertMatch(line, /V8 ended it: invalid size error \d+.*; starting it again in 0.2 s$/);
    await engineOf(server, 4);
    assertEquals((await ask(url))?.text, "hello");
  });

  await t.step("SIGTERM drains the engine, and ends both with its exit code", async () => {
    const engine = await engineOf(server, 4);
    const slow = ask(`${url}?wait=1`);
    await until("the request has arrived", async () => await processesAt(adminUrl) > 0);
    server.signal("SIGTERM");
    assertEquals((await slow)?.text, "hello");
    assertEquals(await server.ended(), 0);
    assertEquals(await runs(engine), false);
    assertEquals(server.err.filter((line) => line.includes("has ended")).length, 3);
  });
});

Deno.test("what cannot work is not started again", async (t) => {
  await t.step("a spec with an error", async () => {
    const { code, err } = await weft(["start", "--supervise", "-f", "-"], { allow: ALLOW, input: "- kind: nothing" });
    assertEquals(code, 1);
    assertMatch(err, /^<stdin>.*unknown kind "nothing"|^.*kind.*nothing/);
    assert(!err.includes("has ended"), err);
  });
  await t.step("a flag with an error", async () => {
    const { code, err } = await weft(["start", "--supervise", "--watch"], { allow: ALLOW });
    assertEquals(code, 2);
    assertMatch(err, /^--watch requires files or folders/);
  });
  await t.step("without leave to start Deno", async () => {
    const { code, err } = await weft(["start", "--supervise", "-f", "-"], { input: "[]" });
    assertEquals(code, 1);
    assertMatch(err, /^--supervise starts the engine as another program: missing permission to run ".*--allow-run=/);
  });
});

Deno.test("an engine ends when its supervisor is killed, after it has answered what is in flight", async () => {
  const [port] = freePorts(1) as [number];
  await using server = await start(["-f", "-"], flowAt(port));
  const engine = await engineOf(server);
  const slow = ask(`http://127.0.0.1:${port}?wait=1`);
  await until("the engine works", async () => (await ask(`http://127.0.0.1:${port}`))?.status === 200);
  server.signal("SIGKILL");
  assertEquals((await slow)?.text, "hello");
  await until("the engine ends", async () => !await runs(engine));
});

Deno.test("a version that ends the engine while it is tried is refused at once", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [port] = freePorts(1) as [number];
    const url = `http://127.0.0.1:${port}`;
    const store = ["--store", `${folder}/registry.db`];
    await using server = await start([...store, "-f", "-"], flowAt(port));
    const engine = await engineOf(server);
    await using opened = await openStore(`${folder}/registry.db`);
    const code = `const end = Date.now() + 800; while (Date.now() < end); export default () => "two"`;
    const slow = JSON.stringify([{ ...FLOW[0], port }, { ...FLOW[1], code }]);
    const applied = await weft(["apply", ...store, "--no-wait", "-f", "-"], { input: slow });
    assertEquals(applied.code, 0);
    await until("version 2 is tried", async () => {
      const instances = await opened.presence.instances();
      return instances.some(({ data }) => (data as { trying?: number }).trying === 2);
    });
    Deno.kill(engine, "SIGKILL");
    const next = await engineOf(server, 2);
    assertMatch(
      server.err.find((line) => /version 2/.test(line))!,
      new RegExp(
        `version 2 cannot be loaded: process ${engine}, which tried it at .*, has ended since; apply it again`,
      ),
    );
    assertEquals((await ask(url))?.text, "hello");
    // the files of the start are not applied again
    assertEquals((await opened.history.head()).version, 2);
    // nothing is left of the dead one, which nobody has to wait for
    const reports = (await opened.presence.instances()).map(({ data }) => (data as { pid: number }).pid);
    assertEquals(reports, [next]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
