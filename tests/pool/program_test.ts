import { assert, assertEquals, assertMatch } from "@std/assert";
import { executorCommand } from "../../src/pool/mod.ts";
import { ALLOW_PROGRAMS, Weft, weft } from "../e2e/weft.ts";
import { snippets, World } from "../runtime/world.ts";
import { delay, until } from "../support/until.ts";
import { executorsOf, runs } from "./proc.ts";
import { serving } from "./serving.ts";

// Executors that are programs: whatever ends one ends it alone, and is told apart; and they end with their host.

Deno.test("what V8 runs out of memory for ends one executor, and the error names the node and the reason", async () => {
  const bad = "export default () => 'a'.repeat(2e8).replaceAll('a', () => 'b').length";
  const yaml = snippets({ bad, good: "export default ({ query }) => query.n[0]" }, { timeout: 60_000 });
  await using world = await World.start(yaml, { isolation: "process" });
  await serving(world);
  await world.fetch("/good?n=0");
  const answer = world.fetch("/bad");
  const good = await Promise.all(Array.from({ length: 50 }, (_, n) => world.fetch(`/good?n=${n}`)));
  assertEquals(good.map(({ text }) => text), good.map((_, n) => String(n)));
  assertEquals((await answer).status, 500);
  const [death] = world.runtime.pool.status().deaths;
  assertEquals([death?.node, death?.reason], ["bad", "memory"], world.log.join("\n"));
  assertMatch(death!.why, /^V8 ended it: out of memory: .+/);
  await world.logged(/> bad: bad was killed: V8 ended it/);
});

Deno.test("what V8 aborts for ends one executor, and is told apart", async () => {
  // in a realm, sizes that are known for that throw before
  const extension = new URL("./extension/escaped.ts", import.meta.url).href;
  const specs = JSON.stringify([
    { kind: "listener", name: "web", port: 0, links: { out: [{ name: "escaped", port: "in" }] } },
    { kind: "escaped", name: "escaped" },
  ]);
  await using world = await World.start(specs, { extensions: [extension], isolation: "process" });
  await serving(world);
  const post = (body: string) => world.fetch("/", { method: "POST", body });
  assertEquals((await post("return 'a'.repeat(2e8).split('').length")).status, 500);
  const [death] = world.runtime.pool.status().deaths;
  assertEquals(death?.reason, "abort", world.log.join("\n"));
  assertMatch(death!.why, /^V8 ended it: invalid size error \d+/);
  assertEquals((await post("return 6 * 7")).text, "got 42");
});

Deno.test("memory outside of V8's heap is limited too", async () => {
  const code = "export default () => { const a = []; for (;;) a.push(new Uint8Array(1 << 22).fill(1)) }";
  const yaml = snippets({ hungry: code, good: "export default () => 'fine'" }, { timeout: 60_000 });
  await using world = await World.start(yaml, { isolation: "process", executorMemory: 32 });
  await serving(world);
  assertEquals((await world.fetch("/hungry")).status, 500);
  const [death] = world.runtime.pool.status().deaths;
  assertEquals([death?.reason, death?.node], ["memory", "hungry"]);
  assertEquals((await world.fetch("/good")).text, "fine");
});

Deno.test("a loop that V8 has optimized is stopped at its limit, however few passes it has", async () => {
  const code = "const large = 'a'.repeat(1 << 24);" +
    "const search = (text) => { let n = 0; for (let i = 0; i < 1000; i++) n += text.lastIndexOf('b' + i); return n };" +
    "for (let i = 0; i < 2000; i++) search('aaa'); export default () => search(large)";
  await using world = await World.start(snippets({ hot: code }, { timeout: 500 }), { isolation: "process" });
  await serving(world);
  const began = performance.now();
  assertEquals((await world.fetch("/hot")).status, 500);
  await world.logged(/> hot: hot was stopped after 500 ms/);
  assert(performance.now() - began < 5_000, "its passes take ten seconds together");
  assertEquals(world.runtime.pool.status().deaths, []);
});

Deno.test("a heap that is full ends one executor", async () => {
  const code = "export default () => { const a = []; for (;;) a.push(new Array(1e5).fill(1.1)) }";
  await using world = await World.start(snippets({ hungry: code }, { timeout: 60_000 }), {
    isolation: "process",
    executorMemory: 32,
  });
  assertEquals((await world.fetch("/hungry")).status, 500);
  const [death] = world.runtime.pool.status().deaths;
  assertEquals([death?.reason, death?.node], ["memory", "hungry"]);
});

Deno.test("an executor ignores what a terminal sends to all programs, and one that somebody kills is replaced", async () => {
  await using world = await World.start(snippets({ good: "export default () => 'fine'" }), { isolation: "process" });
  await serving(world);
  const [first] = await executorsOf(Deno.pid);
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.kill(first!, signal);
  await delay(200);
  assertEquals((await world.fetch("/good")).text, "fine");
  assertEquals(world.runtime.pool.status().deaths, []);
  Deno.kill(first!, "SIGKILL");
  await world.logged(/executor 1 ended: it was killed with SIGKILL/);
  assertEquals((await world.fetch("/good")).text, "fine");
  const { deaths, restarts } = world.runtime.pool.status();
  assertEquals([deaths[0]?.reason, restarts.signal], ["signal", 1]);
  // one that is stopped is silent, and is killed for that
  await serving(world);
  const [second] = await executorsOf(Deno.pid);
  Deno.kill(second!, "SIGSTOP");
  await world.logged(/executor 2 ended: it was silent for 2000 ms/);
  assertEquals((await world.fetch("/good")).text, "fine");
});

Deno.test("executors end when their host is killed, also in an endless loop", async () => {
  const specs = snippets({ loop: "export default () => { for (;;); }", good: "export default () => 'fine'" }, {
    timeout: 600_000,
  });
  await using server = await Weft.start({
    allow: ALLOW_PROGRAMS,
    args: ["-f", "-", "--isolation", "process", "--executors", "1"],
    input: specs,
  });
  const looping = fetch(`${server.url}/loop`).then(() => "answered", () => "lost");
  await until("the spare is up", async () => (await executorsOf(server.pid)).length === 2);
  await delay(500);
  const pids = await executorsOf(server.pid);
  for (const pid of pids) assert(await runs(pid));
  Deno.kill(server.pid, "SIGKILL");
  assertEquals(await looping, "lost");
  for (const pid of pids) await until(`executor ${pid} has ended`, async () => !await runs(pid), 10_000);
});

Deno.test("closing a runtime ends its executors", async () => {
  const world = await World.start(snippets({ good: "export default () => 'fine'" }), { isolation: "process" });
  await serving(world);
  assertEquals((await executorsOf(Deno.pid)).length, 2);
  await world[Symbol.asyncDispose]();
  assertEquals(await executorsOf(Deno.pid), []);
});

Deno.test("a host without leave to start programs says which flag lacks", async () => {
  const { code, err } = await weft(["start", "-f", "examples/ping.yaml", "--isolation", "process"]);
  assertEquals(code, 1);
  assertMatch(
    err,
    /isolation process is not available: it needs --allow-run=\S+deno --allow-env=NODE_V8_COVERAGE,DENO_DIR,HOME,XDG_CACHE_HOME: add this to WEFT_ALLOW, or to the flags of deno run$/m,
  );
});

/** Returns what a program says that imports from everywhere. */
async function saidBy(args: readonly string[], env: Record<string, string>): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env,
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  const reader = child.stdout.getReader();
  let said = "";
  // an executor says why it cannot start, and then waits for its end
  while (!said.includes("a module of a host that Deno trusts")) {
    const { value, done } = await reader.read();
    if (done) break;
    said += new TextDecoder().decode(value);
  }
  await child.stdin.close().catch(() => {});
  await reader.cancel();
  await child.status;
  return said + await errors;
}

/** Returns the folder of Deno's cache. */
async function cacheFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

Deno.test("nothing is downloaded by an executor", async () => {
  const asked: string[] = [];
  await using server = Deno.serve({ port: 0, onListen() {} }, ({ url }) => {
    asked.push(new URL(url).pathname);
    return new Response("", { status: 404 });
  });
  const { port } = server.addr;
  const registry = `http://127.0.0.1:${port}/`;
  const home = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${home}/.npmrc`, `@weft-test:registry=${registry}\n`);
    const module = new URL("./extension/downloading.ts", import.meta.url);
    const extensions = [`${module.href}?port=${port}`];
    const command = executorCommand({ memory: 64, extensions, unguarded: false }, [module]);
    const env = { ...command.env, HOME: home, JSR_URL: registry };
    const said = await saidBy(command.args, { ...env, DENO_DIR: await cacheFolder() });
    assertEquals(said.match(/not loaded/g)?.length, 4, said);
    assertEquals(asked, []);
    // without those flags, a program without any permission downloads
    await saidBy(["run", "--no-prompt", "--no-config", extensions[0]!], { ...env, DENO_DIR: `${home}/cache` });
    assert(asked.some((path) => path.startsWith("/@weft-test")), String(asked));
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
