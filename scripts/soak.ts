// Runs mixed traffic with reloads and faults for an hour. No answer may be lost or wrong, and no resource may leak.
//
//   npx -y deno@2.9.6 task soak [--seconds 60] [--isolation process] [--fault-interval 150] [--pause 50]
import { parseArgs } from "@std/cli/parse-args";
import type { Isolation } from "../src/pool/mod.ts";
import { changesOf, isApplicable, Logger, readManifest, Runtime, schemeOf } from "../src/runtime/mod.ts";
import { formatDiagnostic } from "../src/spec/mod.ts";
import { openStore } from "../src/store/mod.ts";
import { grown, takeCensus } from "./soak/census.ts";
import { FAULTS, rejectedSpecs, ROUTES, specsOf } from "./soak/workflow.ts";

/** The number of clients, each of which sends one request after another. */
const CLIENTS = 16;
/** The interval between versions, in milliseconds. */
const RELOAD = 1_000;
/** How many faults may be under way. */
const FAULTS_AT_ONCE = 20;
/** From which length of a run on resident memory must not grow by more than a tenth, in seconds. */
const LONG = 600;

/** What a soak is run with. */
interface SoakOptions {
  seconds: number;
  isolation: Isolation;
  /** The interval between faults, in milliseconds. */
  faultInterval: number;
  /** How long a client waits between two requests, in milliseconds: less than all of the machine is used then. */
  pause: number;
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

class Soak {
  readonly #runtime: Runtime;
  readonly #url: string;
  readonly problems: string[] = [];
  readonly counts: Record<string, number> = {};
  /** The running version. */
  #version = 1;
  /** The version that is being applied, and may already run. */
  #next = 1;
  #stopped = false;
  /** The faults under way. */
  readonly #faults = new Set<Promise<void>>();

  /** Lines of the log, by the process that they are about. */
  readonly #lines: Map<string, string>;

  private constructor(runtime: Runtime, url: string, lines: Map<string, string>) {
    this.#runtime = runtime;
    this.#url = url;
    this.#lines = lines;
  }

  static async start(isolation: Isolation): Promise<Soak> {
    const lines = new Map<string, string>();
    const write = (line: string) => {
      const process = /\[([0-9a-f-]{36})\]/.exec(line)?.[1];
      if (process !== undefined) lines.set(process, line);
      if (lines.size > 1_000) lines.delete(lines.keys().next().value!);
    };
    const runtime = await Runtime.start({
      store: await openStore("memory:"),
      scheme: schemeOf(),
      logger: new Logger({ write, limit: 0 }),
      isolation,
      executors: 2,
      executorMemory: 64,
    });
    await apply(runtime, specsOf(1));
    return new Soak(runtime, (await runtime.sockets.urls())[0]!, lines);
  }

  async run({ seconds, faultInterval, pause }: Omit<SoakOptions, "isolation">): Promise<void> {
    const resident: number[] = [];
    const sampler = setInterval(() => resident.push(Deno.memoryUsage().rss), 100);
    const loops = [
      ...Array.from({ length: CLIENTS }, () => this.#loop(pause, () => this.#request(pick()))),
      this.#loop(RELOAD, () => this.#reload()),
      this.#loop(faultInterval, () => this.#startFault()),
    ];
    await wait(seconds * 1_000);
    this.#stopped = true;
    await Promise.all([...loops, ...this.#faults]);
    clearInterval(sampler);
    this.#checkMemory(resident, seconds);
  }

  /** Records what is still open as problems, then closes the runtime. */
  async close(): Promise<void> {
    const { processes, pool } = this.#runtime;
    for (let tries = 0; tries < 100 && processes.size > 0; tries++) await wait(50);
    const { executors } = pool.status();
    const busy = executors.filter(({ inFlight, processes }) => inFlight + processes > 0);
    if (processes.size > 0) this.problems.push(`${processes.size} processes are open`);
    if (busy.length > 0) this.problems.push(`executors are not idle: ${JSON.stringify(busy)}`);
    await this.#runtime.close();
  }

  get summary(): string {
    const { restarts, deaths } = this.#runtime.pool.status();
    const lastDeaths = deaths.slice(-3).map(({ node, why }) => `${node}: ${why}`);
    return JSON.stringify({ answers: this.counts, versions: this.#version, restarts, lastDeaths });
  }

  async #loop(pause: number, work: () => Promise<void>): Promise<void> {
    while (!this.#stopped) {
      await work().catch((error) => this.problems.push(describe(error)));
      if (pause > 0) await wait(pause);
    }
  }

  async #request(path: string): Promise<void> {
    const from = this.#version;
    const response = await fetch(`${this.#url}/${path}`);
    const answer = { status: response.status, text: await response.text() };
    this.counts[path] = (this.counts[path] ?? 0) + 1;
    if (ROUTES[path]!.isRight(answer, from, this.#next)) return;
    const line = this.#lines.get(/"process":"([^"]+)"/.exec(answer.text)?.[1] ?? "") ?? answer.text;
    this.problems.push(`/${path}: ${answer.status} in versions ${from} to ${this.#next}: ${line}`);
  }

  async #reload(): Promise<void> {
    if (this.#version % 8 === 0) {
      const rejected = await apply(this.#runtime, rejectedSpecs(this.#version)).then(() => false, () => true);
      if (!rejected) this.problems.push("a version with an endless top level was accepted");
    }
    this.#next = this.#version + 1;
    await apply(this.#runtime, specsOf(this.#next));
    this.#version = this.#next;
  }

  /** Starts a fault without waiting for its end. */
  #startFault(): Promise<void> {
    if (this.#faults.size < FAULTS_AT_ONCE) {
      const fault: Promise<void> = this.#fault()
        .catch((error) => void this.problems.push(String(error)))
        .finally(() => this.#faults.delete(fault));
      this.#faults.add(fault);
    }
    return Promise.resolve();
  }

  async #fault(): Promise<void> {
    const fault = Math.floor(Math.random() * (FAULTS.length + 2));
    if (fault < FAULTS.length) return await this.#request(FAULTS[fault]!);
    const { hostname, port } = new URL(this.#url);
    if (fault === FAULTS.length) {
      using connection = await Deno.connect({ hostname, port: Number(port) });
      await connection.write(new TextEncoder().encode("GET /version HTTP/1.1\r\nhost:"));
      return await wait(200);
    }
    const client = new AbortController();
    const answer = fetch(`${this.#url}/loops`, { signal: client.signal }).then((response) => response.text());
    await wait(10);
    client.abort();
    await answer.catch(() => {});
  }

  /** Compares the minimum of resident memory early on with that at the end: faults only raise it temporarily. */
  #checkMemory(resident: readonly number[], seconds: number): void {
    const quarter = Math.floor(resident.length / 4);
    const early = Math.min(...resident.slice(quarter, 2 * quarter));
    const late = Math.min(...resident.slice(-quarter));
    this.counts["MiB early"] = Math.round(early / 2 ** 20);
    this.counts["MiB late"] = Math.round(late / 2 ** 20);
    const bound = seconds < LONG ? early * 1.3 + 48 * 2 ** 20 : early * 1.1;
    if (late > bound) this.problems.push(`resident memory grows: ${early} to ${late} bytes`);
  }
}

async function apply({ registry, loader, namespace, compiler }: Runtime, yaml: string): Promise<void> {
  const options = { namespace, scheme: loader.scheme, evaluate: () => null, registry, compiler };
  const manifest = await readManifest([{ name: "soak.yaml", text: yaml }], options);
  if (!isApplicable(manifest)) throw new Error(manifest.diagnostics.map(formatDiagnostic).join("\n"));
  await registry.apply(changesOf(manifest.specs, registry));
}

/** Returns the message of an error with those of its causes. */
function describe(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? String(error) : `${error}: ${describe(cause)}`;
}

/** Picks a path at random, by the shares of the routes. */
function pick(): string {
  const shares = Object.entries(ROUTES).map(([path, { share }]) => [path, share] as const);
  let at = Math.random() * shares.reduce((sum, [, share]) => sum + share, 0);
  for (const [path, share] of shares) if ((at -= share) < 0) return path;
  return shares[0]![0];
}

/** Runs one soak. @returns The problems. */
async function soak({ isolation, ...options }: SoakOptions): Promise<string[]> {
  const run = await Soak.start(isolation);
  await run.run(options);
  await run.close();
  console.log(run.summary);
  return run.problems;
}

const flags = parseArgs(Deno.args, {
  string: ["seconds", "isolation", "fault-interval", "pause"],
  default: { seconds: "3600", isolation: "thread", "fault-interval": "1500", pause: "0" },
});
const { isolation } = flags;
if (isolation !== "thread" && isolation !== "process") {
  throw new Error(`invalid --isolation "${isolation}": expected thread or process`);
}
const options = {
  seconds: Number(flags.seconds),
  isolation,
  faultInterval: Number(flags["fault-interval"]),
  pause: Number(flags.pause),
} as const;
// a first, short soak creates what Deno keeps for good
const problems = await soak({ ...options, seconds: 3 });
const before = takeCensus();
problems.push(...await soak(options));
for (let tries = 0; tries < 50 && grown(before, takeCensus()).length > 0; tries++) await wait(100);
problems.push(...grown(before, takeCensus()));
console.log(JSON.stringify(takeCensus()));
for (const problem of problems.slice(0, 20)) console.error(problem);
console.log(problems.length === 0 ? "no problems" : `${problems.length} problems`);
Deno.exit(problems.length === 0 ? 0 : 1);
