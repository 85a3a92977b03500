/**
 * What executors in programs of their own cost over executors in threads: `deno run -A bench/isolation.ts`. Servers of
 * both kinds, each with one executor, take the same load in turn.
 *
 *   --rounds N      number of measurements, of which the median is printed (default 5)
 *   --seconds N     length of one measurement under load (default 3)
 *
 * It needs wrk and Linux.
 */
import { parseArgs } from "@std/cli/parse-args";
import { taskArguments } from "../scripts/task_arguments.ts";
import { apply } from "../src/api/mod.ts";
import { type Isolation, ProcessWarden, WardenLink } from "../src/pool/mod.ts";
import { Logger, Runtime } from "../src/runtime/mod.ts";
import { ServerProcess } from "./server_process.ts";
import { wrk } from "./wrk.ts";

/** What executors that are programs need beyond the permissions of the task. */
const ALLOW = [`--allow-run=${Deno.execPath()}`, "--allow-env=NODE_V8_COVERAGE,DENO_DIR,HOME,XDG_CACHE_HOME"];

const MODES: readonly Isolation[] = ["thread", "process"];

const SPECS = JSON.stringify([
  { kind: "listener", name: "web", port: 0, links: { out: [{ name: "router", port: "in" }] } },
  {
    kind: "router",
    name: "router",
    routes: [{ path: "/ping", port: "out[0]" }, { path: "/javascript", port: "out[1]" }],
    links: { "out[0]": [{ name: "ping", port: "in" }], "out[1]": [{ name: "javascript", port: "in" }] },
  },
  { kind: "snippet", name: "ping", language: "text", code: "pong" },
  { kind: "snippet", name: "javascript", language: "javascript", code: "export default () => 'pong'" },
]);

/** Measurements of one route of one server. */
interface Sample {
  /** Requests a second. */
  rate: number;
  /** Processor time a request, in microseconds. */
  cost: number;
  /** The time of a request on a single connection, in microseconds. */
  latency: number;
}

function startServers(): Promise<ServerProcess[]> {
  const [, ...start] = taskArguments("start", ALLOW);
  const weft = [...start, "-f", "-", "--log-level", "error"];
  return Promise.all(MODES.map((mode) => {
    return ServerProcess.start(mode, [...weft, "--executors", "1", "--isolation", mode], SPECS);
  }));
}

async function measure(server: ServerProcess, route: string, seconds: number): Promise<Sample> {
  const url = `${server.url}/${route}`;
  const before = await server.processorTime();
  const load = await wrk(url, seconds);
  const used = await server.processorTime() - before;
  const single = await wrk(url, 1, 1);
  return {
    rate: load.requests / load.seconds,
    cost: used / load.requests * 1e6,
    latency: single.seconds / single.requests * 1e6,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function print(what: string, value: number, unit: string, target: string): void {
  console.log(`${what.padEnd(52)}${value.toFixed(2).padStart(8)} ${unit.padEnd(4)} (target: ${target})`);
}

async function compareLoad(rounds: number, seconds: number): Promise<void> {
  const servers = await startServers();
  try {
    for (const route of ["ping", "javascript"]) {
      for (const server of servers) await wrk(`${server.url}/${route}`, seconds);
      const samples: Sample[][] = servers.map(() => []);
      for (let round = 0; round < rounds; round++) {
        for (const [n, server] of servers.entries()) samples[n]!.push(await measure(server, route, seconds));
      }
      const [thread, program] = samples.map((taken): Sample => ({
        rate: median(taken.map(({ rate }) => rate)),
        cost: median(taken.map(({ cost }) => cost)),
        latency: median(taken.map(({ latency }) => latency)),
      })) as [Sample, Sample];
      for (const [mode, { rate, cost, latency }] of Object.entries({ thread, process: program })) {
        console.log(
          `${route.padEnd(12)}${mode.padEnd(10)}${rate.toFixed(0).padStart(8)} requests/s` +
            `${cost.toFixed(1).padStart(8)} µs of processor time each${latency.toFixed(0).padStart(6)} µs alone`,
        );
      }
      print(`${route}: process / thread, requests`, program.rate / thread.rate, "", "at least 0.8");
      print(`${route}: process / thread, processor time`, program.cost / thread.cost, "", "at most 1.4");
      print(`${route}: a request alone, beyond a thread's`, program.latency - thread.latency, "µs", "at most 120");
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** Measures the time from a kill to the answer of the spare, in both modes. */
async function measureReplacement(rounds: number): Promise<void> {
  for (const isolation of MODES) {
    const logger = new Logger({ write: () => {} });
    const warden = isolation === "process" ? new ProcessWarden() : new WardenLink();
    await using runtime = await Runtime.start({ warden, executors: 1, logger });
    await apply(runtime, SPECS);
    const [url] = await runtime.urls();
    const ask = async () => await (await fetch(`${url}/javascript`)).text();
    const { pool } = runtime;
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      while (!pool.status().executors.some(({ state }) => state === "spare")) await sleep(10);
      for (let n = 0; n < 50; n++) await ask();
      const { id } = pool.status().executors.find(({ state }) => state === "serving")!;
      const began = performance.now();
      warden.kill(id, "ordered by the benchmark");
      while (pool.status().executors.some((executor) => executor.id === id)) await sleep(0);
      await ask();
      times.push(performance.now() - began);
    }
    print(`${isolation}: from a kill to an answer by the spare`, median(times), "ms", "below 100");
  }
}

/** Measures the anonymous memory of an idle executor that is a program, beyond that of an empty program. */
async function measureMemory(): Promise<void> {
  const server = (await startServers())[1]!;
  const empty = new Deno.Command(Deno.execPath(), {
    args: ["eval", "setInterval(() => {}, 1000)"],
    stdin: "null",
    stdout: "null",
  }).spawn();
  try {
    await sleep(5_000);
    const all = await Promise.all((await server.children()).map(anonymousMemory));
    print(
      "an idle executor beyond an empty program",
      median(all) - await anonymousMemory(empty.pid),
      "MiB",
      "at most 45",
    );
  } finally {
    empty.kill("SIGKILL");
    await empty.status;
    await server.stop();
  }
}

/** Returns the anonymous memory of a program, in MiB. */
async function anonymousMemory(pid: number): Promise<number> {
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(await Deno.readTextFile(`/proc/${pid}/status`))![1]) / 1024;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const { rounds, seconds } = parseArgs(Deno.args, { default: { rounds: 5, seconds: 3 } });
await measureMemory();
await measureReplacement(Number(rounds));
await compareLoad(Number(rounds), Number(seconds));
