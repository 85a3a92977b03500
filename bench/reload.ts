/**
 * Measures the latency of requests during reloads, and the time of a start: `deno run -A bench/reload.ts [ROUNDS]`.
 *
 * Latency: `weft start` serves a ping from a SQLite store to 64 keep-alive connections of another process, which checks
 * every answer. Phases of ten seconds alternate: `quiet`; `apart`, in which a writer changes 1,000 specs per second in
 * a store that no runtime follows, to take the same processor time; `reload`, in which it changes those of the served
 * store.
 * Start: the time from the command to the first answer, with 10,000 specs in the store. The first start dry-runs them.
 */
import { type Change, change, Registry, SqliteHistory } from "../src/registry/mod.ts";
import { specToEntry } from "../src/runtime/mod.ts";
import { identify, readSpecs } from "../src/spec/mod.ts";
import { KeepAlive } from "../tests/e2e/keep_alive.ts";
import { Weft } from "../tests/e2e/weft.ts";

const CONNECTIONS = 64;
const ROUND = 10_000;
const CHANGED = 1_000;
const STORED = 10_000;

const PHASES = ["quiet", "apart", "reload"] as const;

type Phase = typeof PHASES[number];

const to = (name: string) => [{ name, port: "in" }];

const PING = [
  { kind: "listener", name: "web", port: 0, links: { out: to("router") } },
  {
    kind: "router",
    name: "router",
    routes: [{ method: "GET", path: "/ping", port: "out[0]" }],
    links: { "out[0]": to("ping") },
  },
  { kind: "snippet", name: "ping", language: "text", code: "pong" },
];

/** Returns snippets that all link to the ping's, each with different code. */
function others(count: number, version: number) {
  return Array.from({ length: count }, (_, i) => ({
    kind: "snippet",
    name: `other${i}`,
    language: "javascript",
    code: `export default (payload) => ({ payload, sum: ${i} + ${version} })`,
    links: { out: to("ping") },
  }));
}

/** Writes to a store without a runtime. */
class Writer implements AsyncDisposable {
  private constructor(readonly registry: Registry) {}

  static async open(file: string): Promise<Writer> {
    const registry = new Registry(await SqliteHistory.open(file), { dispatch: "none" });
    await registry.load();
    return new Writer(registry);
  }

  async put(specs: Record<string, unknown>[]): Promise<void> {
    const { specs: read } = readSpecs(JSON.stringify(specs), "bench.yaml", { namespace: "default" });
    const identified = identify(
      read.map(({ spec }) => spec),
      (namespace, name) => (this.registry.get({ namespace, name })?.data as { id?: string } | undefined)?.id,
    );
    const changes = identified.map((spec): Change => {
      const entry = specToEntry(spec);
      return this.registry.get(entry.id) === undefined ? change.create(entry) : change.update(entry);
    });
    await this.registry.apply(changes);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.registry.close();
  }
}

/** The results of a phase. Latencies are in milliseconds. */
interface Latencies {
  answers: number;
  lost: number;
  p50: number;
  p99: number;
  worst: number;
}

/** Generates load: reads the current phase from standard input, a line each, and prints the results at its end. */
async function load(url: string): Promise<void> {
  let phase: Phase | "ended" | undefined;
  const latencies: Record<Phase, number[]> = { quiet: [], apart: [], reload: [] };
  const lost: Record<Phase, number> = { quiet: 0, apart: 0, reload: 0 };
  const run = async (client: KeepAlive) => {
    while (phase !== "ended") {
      const during = phase;
      const began = performance.now();
      try {
        const { status, body } = await client.get("/ping");
        if (status !== 200 || body !== "pong") throw new Error(`wrong answer: ${status} ${body}`);
      } catch (error) {
        console.error(String(error));
        lost[during ?? "quiet"]++;
        return;
      }
      if (during !== undefined && during === phase) latencies[during].push(performance.now() - began);
    }
  };
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => KeepAlive.connect(url)));
  const running = clients.map(run);
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    phase = text.trim().split("\n").at(-1) as Phase;
  }
  phase = "ended";
  await Promise.all(running);
  for (const client of clients) client[Symbol.dispose]();
  const result = (phase: Phase): Latencies => {
    const sorted = latencies[phase].sort((a, b) => a - b);
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
    return { answers: sorted.length, lost: lost[phase], p50: at(0.5), p99: at(0.99), worst: at(1) };
  };
  console.log(JSON.stringify(Object.fromEntries(PHASES.map((phase) => [phase, result(phase)]))));
}

async function benchLatency(folder: string, rounds: number): Promise<Record<Phase, Latencies>> {
  const file = `${folder}/latency.db`;
  await using followed = await Writer.open(file);
  await using apart = await Writer.open(`${folder}/apart.db`);
  const writers = { quiet: undefined, apart, reload: followed };
  for (const writer of [followed, apart]) await writer.put([...PING, ...others(CHANGED, 0)]);
  await using weft = await Weft.start({ args: ["--store", file] });
  const generator = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", import.meta.filename!, "load", weft.url],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = generator.stdin.getWriter();
  await wait(3_000); // lets everything be compiled and warm
  let version = 0;
  for (let round = 0; round < rounds; round++) {
    for (const phase of PHASES) {
      await input.write(new TextEncoder().encode(`${phase}\n`));
      const end = performance.now() + ROUND;
      while (performance.now() < end) {
        const next = performance.now() + 1_000;
        await writers[phase]?.put(others(CHANGED, ++version));
        await wait(Math.max(0, next - performance.now()));
      }
    }
  }
  await input.close();
  const { stdout } = await generator.output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Fills a store and starts from it twice: with a version that no runtime has accepted yet, and with an accepted one. */
async function benchStart(file: string): Promise<{ first: number; again: number }> {
  {
    await using writer = await Writer.open(file);
    await writer.put([...PING, ...others(STORED - PING.length, 0)]);
  }
  return { first: await startOf(file), again: await startOf(file) };
}

/** Measures the time from the command to the first answer, in milliseconds. */
async function startOf(file: string): Promise<number> {
  const began = performance.now();
  await using weft = await Weft.start({ args: ["--store", file] });
  using client = await KeepAlive.connect(weft.url);
  const { body } = await client.get("/ping");
  if (body !== "pong") throw new Error(`wrong answer: ${body}`);
  return performance.now() - began;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

if (Deno.args[0] === "load") await load(Deno.args[1]!);
else {
  const folder = await Deno.makeTempDir();
  try {
    const latencies = await benchLatency(folder, Number(Deno.args[0] ?? 2));
    console.table(latencies);
    const { apart, reload } = latencies;
    console.log(`${reload.lost} requests lost (target: 0)`);
    console.log(
      `worst latency with reloads minus worst without: ${Math.round(reload.worst - apart.worst)} ms (target: 50)`,
    );
    const { first, again } = await benchStart(`${folder}/start.db`);
    console.log(`start with ${STORED} specs, to the first answer (target: 3000 ms):`);
    console.log(
      `${Math.round(first)} ms with a dry run of every top level, ${Math.round(again)} ms without`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
