/** Several runtimes and several writers on one store, each a process that may stop or die at any moment. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Registry, SqliteHistory } from "../../src/registry/mod.ts";
import { until } from "../support/until.ts";
import { KeepAlive, Load } from "./keep_alive.ts";
import { changesTo, versionOf } from "./live_writer.ts";
import { Weft, weft } from "./weft.ts";

const WRITER = new URL("live_writer.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** A writer in a separate process. */
class Writer implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  #text = "";

  constructor(store: string, pause: number) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--config", CONFIG, WRITER, store, String(pause)],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#reading = this.#read();
  }

  /** The versions that it has saved. */
  get saved(): number[] {
    return [...this.#text.matchAll(/^saved (\d+)\n/gm)].map(([, id]) => Number(id));
  }

  /** Waits until it has saved a number of versions. @param timeout In milliseconds; default as for any wait. */
  async until(count: number, timeout?: number): Promise<void> {
    await until(`${count} versions are saved`, () => this.saved.length >= count, timeout);
  }

  /** Kills the process. */
  async kill(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // already ended
    }
    await this.#process.status;
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const text of this.#process.stdout.pipeThrough(new TextDecoderStream())) this.#text += text;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}

async function withStore(run: (file: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/registry.db`;
    await using registry = new Registry(await SqliteHistory.open(file), { dispatch: "none" });
    await registry.load();
    await registry.apply(changesTo(1, registry));
    await run(file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function headOf(file: string): Promise<number> {
  await using registry = new Registry(await SqliteHistory.open(file), { dispatch: "none" });
  return (await registry.head()).version;
}

/** Waits until a runtime serves a version. */
async function reaches(runtime: Weft, version: number): Promise<void> {
  using client = await KeepAlive.connect(runtime.url);
  await until(`version ${version} is served`, async () => versionOf(await client.get("/")) === version);
}

/** Returns the versions that a runtime has applied, in order. */
function applied(runtime: Weft): number[] {
  return runtime.err.flatMap((line) => {
    const [, id] = /version (\d+) runs$/.exec(line) ?? [];
    return id === undefined ? [] : [Number(id)];
  });
}

function assertAscending(versions: readonly number[]): void {
  assertEquals(versions, [...new Set(versions)].sort((a, b) => a - b));
}

/** What a runtime may log after it was suspended. */
const SUSPENDED =
  / error (executor \d+ ended: it (was silent for|ended with code) |executor exits: a slice lasted more than 1100 ms outside of any call: the program was suspended)/;

const start = (file: string) => Weft.start({ args: ["--store", file, "--executors", "1", "--log-level", "debug"] });

/** Suspends a runtime in a moment in which it writes nothing itself: else it would keep the lock of the store. */
async function suspend(runtime: Weft, writer: Writer): Promise<void> {
  for (;;) {
    runtime.signal("SIGSTOP");
    const isFree = await writer.until(writer.saved.length + 2, 3_000).then(() => true, () => false);
    if (isFree) return;
    runtime.signal("SIGCONT");
    await writer.until(writer.saved.length + 1);
  }
}

Deno.test("two runtimes, killed writers and a suspended reader: all reach head, and none applies a version twice", () =>
  withStore(async (file) => {
    await using one = await start(file);
    await using two = await start(file);
    const last = [0, 0, 0, 0];
    const check = (first: number) => (answer: { status: number; body: string }, connection: number) => {
      const version = versionOf(answer);
      const at = first + connection;
      if (version < last[at]!) throw new Error(`version ${version} after ${last[at]}`);
      last[at] = version;
    };
    const loads = [
      await Load.start(one.url, { connections: 2, check: check(0) }),
      await Load.start(two.url, { connections: 2, check: check(2) }),
    ];
    const saved: number[] = [];
    const steady = new Writer(file, 20);
    for (let kill = 0; kill < 5; kill++) {
      const mortal = new Writer(file, 5);
      await mortal.until(3 + kill);
      await mortal.kill();
      saved.push(...mortal.saved);
    }
    // suspend the second runtime while versions are created and requests are in flight
    await steady.until(1);
    await suspend(two, steady);
    await steady.until(steady.saved.length + 20);
    two.signal("SIGCONT");
    await steady.until(steady.saved.length + 3);
    await steady.kill();
    saved.push(...steady.saved);

    const head = await headOf(file);
    // every saved version exists once
    assertEquals(new Set(saved).size, saved.length);
    assert(head >= Math.max(...saved), `head is ${head}`);
    for (const runtime of [one, two]) await reaches(runtime, head);
    for (const load of loads) await load.more(10);
    for (const load of loads) assertEquals((await load.stop()).wrong, [], [...one.err, "----", ...two.err].join("\n"));
    assertEquals(last, [head, head, head, head]);
    for (const runtime of [one, two]) {
      const versions = applied(runtime);
      assertAscending(versions);
      assertEquals(versions.at(-1), head);
    }
    // the suspended runtime may replace executors: those that seem to hang when it resumes, and those that have stopped
    // themselves because they were suspended in the middle of their work
    const strange = (line: string) => / (warn|error) /.test(line) && !SUSPENDED.test(line);
    assertEquals(one.err.filter((line) => / (warn|error) /.test(line)), []);
    assertEquals(two.err.filter(strange), []);
    assert(applied(one).length > 20, `${applied(one).length} versions were applied`);
  }));

Deno.test("a runtime that is killed during changes, 4 times, returns to head", async () => {
  const lane = (rounds: number) =>
    withStore(async (file) => {
      await using writer = new Writer(file, 10);
      await writer.until(1);
      let seen = 0;
      for (let round = 0; round < rounds; round++) {
        await using runtime = await start(file);
        const client = await KeepAlive.connect(runtime.url);
        const deadline = performance.now() + Math.random() * 200;
        do {
          const version = versionOf(await client.get("/"));
          if (version < seen) throw new Error(`round ${round}: version ${version} after ${seen}`);
          seen = version;
        } while (performance.now() < deadline);
        assertAscending(applied(runtime));
        runtime.signal("SIGKILL");
        await runtime.ended();
        client[Symbol.dispose]();
      }
      // a version in the middle of whose trial the runtime was killed is refused, so let there be one after it
      await writer.until(writer.saved.length + 1);
      await writer.kill();
      const head = await headOf(file);
      await using runtime = await start(file);
      await reaches(runtime, head);
      assertEquals(runtime.err.filter((line) => / (warn|error) /.test(line)), []);
    });
  await Promise.all([lane(2), lane(2)]);
});

Deno.test("two concurrent applies create two versions, or one fails with a clear error", () =>
  withStore(async (file) => {
    const spec = (name: string) => JSON.stringify({ kind: "snippet", name, language: "text", code: name });
    const before = await headOf(file);
    const both = await Promise.all(
      ["x", "y"].map((name) => weft(["apply", "--store", file, "-f", "-"], { input: spec(name) })),
    );
    const done = both.filter(({ code }) => code === 0);
    for (const { code, err } of both) if (code !== 0) assertMatch(err, /head is|moved/);
    assert(done.length >= 1, JSON.stringify(both));
    assertEquals(await headOf(file), before + done.length);
  }));
