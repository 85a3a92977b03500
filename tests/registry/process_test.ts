/** Guarantees between processes, tested with real ones. */
import { assert, assertEquals } from "@std/assert";
import { type Move, Registry, SqliteHistory } from "../../src/registry/mod.ts";
import { delay, until } from "../support/until.ts";
import { withFolder } from "./folder.ts";
import { expectedAt } from "./writer.ts";

const WRITER = new URL("writer.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** A writer process and its output. */
class Writer {
  readonly lines: string[] = [];
  readonly #process: Deno.ChildProcess;
  readonly #reading: Promise<void>;

  constructor(store: string, pause = 0) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--config", CONFIG, WRITER, store, String(pause)],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      this.lines.push(...lines);
    }
  }

  /** The last version that was confirmed to it. */
  get version(): number | undefined {
    const last = this.lines.at(-1);
    return last === undefined ? undefined : Number(last.split(" ")[1]);
  }

  /** The versions that were confirmed to it. */
  get saved(): number[] {
    return this.lines.filter((line) => line.startsWith("saved")).map((line) => Number(line.split(" ")[1]));
  }

  /** Waits until it has written a number of lines. */
  async until(lines: number): Promise<void> {
    await until(`${lines} lines are written`, () => this.lines.length >= lines);
  }

  /** Kills it immediately, whatever it is doing. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#reading;
  }
}

Deno.test("a writer that is killed 16 times, at any instant, loses nothing that was confirmed", () =>
  withFolder(async (folder) => {
    // Two at a time, to keep the run short; each store survives four kills, of which the first is early.
    const stores = Array.from({ length: 4 }, (_, i) => `${folder}/${i}/registry.db`);
    const results: { kills: number; versions: number; unanswered: number }[] = [];
    await Promise.all([0, 1].map(async () => {
      for (let store = stores.pop(); store !== undefined; store = stores.pop()) results.push(await killLoop(store, 4));
    }));
    const sum = (key: keyof (typeof results)[number]) => results.reduce((sum, result) => sum + result[key], 0);
    assertEquals(sum("kills"), 16);
    console.log(`16 kills, ${sum("versions")} versions, ${sum("unanswered")} saved but not answered`);
  }));

async function killLoop(
  store: string,
  kills: number,
): Promise<{ kills: number; versions: number; unanswered: number }> {
  let answered = 0;
  let unanswered = 0;
  for (let kill = 0; kill < kills; kill++) {
    const writer = new Writer(store);
    // The first dies while it creates the file, or a little later; the others mostly while they write.
    if (kill === 0) await delay(Math.random() * 300);
    else {
      await writer.until(Math.floor(Math.random() * 12));
      await delay(Math.random() * 10);
    }
    await writer.kill();
    answered = Math.max(answered, writer.version ?? 0);

    await using registry = new Registry(await SqliteHistory.open(store), { dispatch: "none" });
    const { id } = await registry.load();
    assert(id === answered || id === answered + 1, `v${answered} was answered and v${id} is head`);
    if (id !== answered) unanswered++;
    answered = id;
    for (const version of new Set([id, Math.max(0, id - 1)])) {
      await registry.load(version);
      const found = new Map(registry.entries().map((entry) => [entry.id.text, entry.data]));
      assertEquals(new Map([...found].sort()), new Map([...expectedAt(version)].sort()));
    }
    assertEquals((await registry.versions()).length, id + 1);
  }
  return { kills, versions: answered, unanswered };
}

/** Has a process write 25 versions to a store, and returns how late each is noticed, in milliseconds, sorted. */
async function lateness(store: string): Promise<number[]> {
  const history = await SqliteHistory.open(store);
  const end = new AbortController();
  const late: number[] = [];
  const moves: Move[] = [];
  const watching = (async () => {
    for await (const move of history.watch(0, end.signal)) {
      moves.push(move);
      late.push(Date.now() - move.time.getTime());
    }
  })();
  const writer = new Writer(store, 60);
  await writer.until(26);
  await writer.kill();
  const { sequence, version } = await history.head();
  await until("every version is noticed", () => moves.length === sequence);
  end.abort();
  await watching;
  assertEquals(
    moves.map((move) => [move.sequence, move.version]),
    Array.from({ length: sequence }, (_, i) => [i + 1, i + 1]),
  );
  assert(version >= 25);
  await history.close();
  return late.sort((a, b) => a - b);
}

Deno.test("writes of another process are noticed when they happen, not when the file is looked at next", () =>
  withFolder(async (folder) => {
    // a busy machine may be late; one round in which it is not is enough
    for (let round = 1;; round++) {
      const late = await lateness(`${folder}/${round}.db`);
      // of the lateness of looks every 50 ms, the third quartile is 37
      const most = late[Math.floor(late.length * 0.75)]!;
      console.log(`heard of ${late.length} versions: three quarters within ${most} ms, all within ${late.at(-1)} ms`);
      if (most < 25) return;
      assert(round < 10, `${most} ms late: the file is looked at from time to time, and not when it is written`);
    }
  }));

Deno.test("a watch that pauses gets every move later, once", () =>
  withFolder(async (folder) => {
    const store = `${folder}/registry.db`;
    const writer = new Writer(store, 1);
    await writer.until(2);
    const heard: number[] = [];
    for (let watch = 0; watch < 5; watch++) {
      // Another connection each time, as after a restart.
      const history = await SqliteHistory.open(store);
      let left = 10;
      for await (const { sequence } of history.watch(heard.at(-1) ?? 0)) {
        heard.push(sequence);
        if (--left === 0) break;
      }
      await history.close();
      await delay(Math.random() * 50);
    }
    await writer.kill();
    assertEquals(heard, Array.from({ length: 50 }, (_, i) => i + 1));
  }));

Deno.test("two processes write to one store, a third follows, and all agree", () =>
  withFolder(async (folder) => {
    const store = `${folder}/registry.db`;
    await using registry = new Registry(await SqliteHistory.open(store));
    registry.handle({ kinds: "**", create() {}, update() {}, delete() {} });
    await registry.load();
    const end = new AbortController();
    const following = (async () => {
      for await (const move of registry.history.watch(0, end.signal)) await registry.follow(move.version);
    })();
    const writers = [new Writer(store), new Writer(store)];
    for (const writer of writers) await writer.until(50);
    for (const writer of writers) await writer.kill();
    await delay(250);
    end.abort();
    await following;
    const { version } = await registry.head();
    assertEquals(registry.version.id, version);
    assertEquals(
      new Map(registry.entries().map(({ id, data }) => [id.text, data])),
      new Map([...expectedAt(version)].sort(([a], [b]) => a < b ? -1 : 1)),
    );
    // Each version was confirmed to one of them, except perhaps the last ones.
    const answered = writers.flatMap(({ saved }) => saved).sort((a, b) => a - b);
    const all = Array.from({ length: version }, (_, i) => i + 1);
    assertEquals(answered, answered.length === version ? all : all.filter((id) => answered.includes(id)));
    assert(version - answered.length <= 2, `${version} versions, ${answered.length} answered`);
    assert(writers.every(({ saved }) => saved.length > 10), "only one of them wrote");
  }));
