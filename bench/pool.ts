/**
 * Measures the cost and the speed of the pool's guards: `deno run -A bench/pool.ts`.
 *
 *   --rounds N      number of measurements, of which the median is printed (default 9)
 *   --seconds N     length of one measurement under load (default 2)
 *
 * The measurements under load need wrk and Linux.
 */
import { parseArgs } from "@std/cli/parse-args";
import { WardenLink } from "../src/pool/mod.ts";
import { changesOf, isApplicable, Logger, readManifest, Runtime, schemeOf } from "../src/runtime/mod.ts";
import { openStore } from "../src/store/mod.ts";
import { ServerProcess } from "./server_process.ts";
import { wrk } from "./wrk.ts";

/** The time limit of the endless snippet, in milliseconds. */
const LIMIT = 100;

const script = (name: string, code: string) => ({
  kind: "snippet",
  name,
  language: "javascript",
  code,
  timeout: LIMIT,
});
const SNIPPETS = [
  script("ping", "export default () => 'pong'"),
  script("loop", "export default () => { for (;;); }"),
  // without a limit of its own, which would cost a slice of its own
  { kind: "snippet", name: "plain", language: "javascript", code: "export default () => 'pong'" },
];
const SPECS = JSON.stringify([
  { kind: "listener", name: "web", port: 0, links: { out: [{ name: "router", port: "in" }] } },
  {
    kind: "router",
    name: "router",
    routes: SNIPPETS.map(({ name }, n) => ({ path: `/${name}`, port: `out[${n}]` })),
    links: Object.fromEntries(SNIPPETS.map(({ name }, n) => [`out[${n}]`, [{ name, port: "in" }]])),
  },
  ...SNIPPETS,
]);

async function start(unguarded: boolean, warden = new WardenLink()): Promise<{ runtime: Runtime; url: string }> {
  const runtime = await Runtime.start({
    store: await openStore("memory:"),
    scheme: schemeOf(),
    logger: new Logger({ write: () => {} }),
    executors: 1,
    warden,
    unguarded,
  });
  const { registry, loader, namespace, compiler } = runtime;
  const options = { namespace, scheme: loader.scheme, evaluate: () => null, registry, compiler };
  const manifest = await readManifest([{ name: "bench.yaml", text: SPECS }], options);
  if (!isApplicable(manifest)) throw new Error("invalid specs of the benchmark");
  await registry.apply(changesOf(manifest.specs, registry));
  return { runtime, url: (await runtime.sockets.urls())[0]! };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function print(what: string, value: number, unit: string, target: string): void {
  console.log(`${what.padEnd(44)}${value.toFixed(2).padStart(9)} ${unit.padEnd(11)} (target: ${target})`);
}

/** Measures requests per second with all guards and with none, alternating. */
async function compareLoad(rounds: number, seconds: number): Promise<void> {
  const names = ["guarded", "unguarded"];
  const servers: ServerProcess[] = [];
  try {
    for (const name of names) servers.push(await ServerProcess.start(name, ["-A", "bench/pool.ts", "--serve", name]));
    for (const { url } of servers) await wrk(`${url}/plain`, seconds);
    const rates: number[][] = servers.map(() => []);
    const costs: number[][] = servers.map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (const [n, server] of servers.entries()) {
        const before = await server.processorTime();
        const { requests, seconds: took } = await wrk(`${server.url}/plain`, seconds);
        rates[n]!.push(requests / took);
        costs[n]!.push((await server.processorTime() - before) / requests * 1e6);
      }
    }
    console.log(`wrk -t1 -c64, median of ${rounds} of ${seconds} s each, alternating`);
    for (const [n, name] of names.entries()) {
      const rate = median(rates[n]!).toFixed(0).padStart(8);
      console.log(
        `${name.padEnd(12)}${rate} requests/s ${median(costs[n]!).toFixed(1).padStart(6)} µs of processor time`,
      );
    }
    print("guarded / unguarded, requests", median(rates[0]!) / median(rates[1]!), "", "at least 0.9");
    print("guarded / unguarded, processor time", median(costs[0]!) / median(costs[1]!), "", "at most 1.1");
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Measures how long a stop, a kill and a replacement take. */
async function measureEnds(rounds: number): Promise<void> {
  const warden = new WardenLink();
  const { runtime, url } = await start(false, warden);
  const get = async (path: string) => await (await fetch(`${url}/${path}`)).text();
  const states = () => runtime.pool.status().executors;
  try {
    for (let i = 0; i < 200; i++) await get("ping");
    const stops: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await get("loop");
      stops.push(states().find(({ state }) => state === "serving")!.stops.beyond);
    }
    const replacements: number[] = [];
    for (let round = 0; round < rounds; round++) {
      while (!states().some(({ state }) => state === "spare")) await new Promise((resolve) => setTimeout(resolve, 10));
      const { id } = states().find(({ state }) => state === "serving")!;
      replacements.push(
        await timed(async () => {
          warden.order({ order: "kill", id, why: "ordered by the benchmark" });
          while (states().some((executor) => executor.id === id)) {
            await new Promise((resolve) => setTimeout(resolve, 0));
          }
          await get("ping");
        }),
      );
    }
    const kills = runtime.pool.status().deaths.map(({ ms }) => ms);
    console.log(`median of ${rounds}`);
    print("a stopped call beyond its limit", median(stops), "ms", "below 1");
    print("a kill", median(kills), "ms", "below 10");
    print("from the kill to an answer by the spare", median(replacements), "ms", "below 100");
  } finally {
    await runtime.close();
  }
}

const { serve, rounds, seconds } = parseArgs(Deno.args, {
  string: ["serve"],
  default: { rounds: 9, seconds: 2 },
});
if (serve !== undefined) {
  const { url } = await start(serve === "unguarded");
  console.log(`listening  ${url} `);
} else {
  await measureEnds(Number(rounds));
  await compareLoad(Number(rounds), Number(seconds));
}
