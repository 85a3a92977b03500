/**
 * What Weft costs a request over what Deno needs anyway: `deno run -A bench/http.ts`. Three servers, each a process of
 * its own, take the same load in turn: a bare `Deno.serve`, examples/ping.yaml, and the same with a JavaScript snippet.
 *
 *   --rounds N      how often each is measured; the median counts (default 5)
 *   --seconds N     how long one measurement takes (default 3)
 *   --memory        also the resident memory of the JavaScript one after 100,000 and after 1,000,000 requests
 *
 * It needs wrk and Linux.
 */
import { parseArgs } from "@std/cli/parse-args";
import { taskArguments } from "../scripts/task_arguments.ts";
import { ServerProcess } from "./server_process.ts";
import { wrk } from "./wrk.ts";

const EARLY = 100_000;
const LATE = 1_000_000;

/** One measurement of one server. */
interface Sample {
  /** Requests a second. */
  rate: number;
  /** Processor time a request, in microseconds. */
  cost: number;
}

async function startServers(): Promise<ServerProcess[]> {
  const example = await Deno.readTextFile(new URL("../examples/ping.yaml", import.meta.url));
  const ping = replace(example, "port: 8000", "port: 0");
  const javascript = replace(
    ping,
    "language: text\n  code: pong",
    'language: javascript\n  code: export default () => "pong"',
  );
  const [, ...start] = taskArguments("start");
  const weft = [...start, "-f", "-", "--log-level", "error"];
  return [
    await ServerProcess.start("bare Deno.serve", ["-A", "bench/bare_server.ts"]),
    await ServerProcess.start("ping", weft, ping),
    await ServerProcess.start("JavaScript", weft, javascript),
  ];
}

function replace(text: string, what: string, by: string): string {
  if (!text.includes(what)) throw new Error(`examples/ping.yaml has no ${JSON.stringify(what)}`);
  return text.replace(what, by);
}

/** Status, header (but for the date) and body, as a text to compare. */
async function answerOf(url: string): Promise<string> {
  const response = await fetch(url);
  const header = [...response.headers].filter(([name]) => name !== "date");
  return JSON.stringify([response.status, header, await response.text()]);
}

async function measure(server: ServerProcess, seconds: number): Promise<Sample> {
  const before = await server.processorTime();
  const load = await wrk(`${server.url}/ping`, seconds);
  const used = await server.processorTime() - before;
  return { rate: load.requests / load.seconds, cost: used / load.requests * 1e6 };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

async function compare(servers: ServerProcess[], rounds: number, seconds: number): Promise<void> {
  for (const server of servers) await wrk(`${server.url}/ping`, seconds);
  const samples = servers.map((): Sample[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, server] of servers.entries()) samples[index]!.push(await measure(server, seconds));
  }
  const results = samples.map((taken) => ({
    rate: median(taken.map(({ rate }) => rate)),
    cost: median(taken.map(({ cost }) => cost)),
  }));
  console.log(`wrk -t1 -c64, median of ${rounds} of ${seconds} s each, alternating`);
  for (const [index, { rate, cost }] of results.entries()) {
    const name = servers[index]!.name.padEnd(16);
    console.log(
      `${name}${rate.toFixed(0).padStart(8)} requests/s${cost.toFixed(1).padStart(8)} µs of processor time each`,
    );
  }
  const [bare, ping, javascript] = results as [Sample, Sample, Sample];
  compareTwo("ping / bare", ping, bare, 0.5);
  compareTwo("JavaScript / ping", javascript, ping, 0.9);
}

/** Prints a ratio of requests a second, and the same by processor time, which others on the machine change less. */
function compareTwo(name: string, one: Sample, other: Sample, target: number): void {
  const rate = (one.rate / other.rate).toFixed(2);
  const cost = (other.cost / one.cost).toFixed(2);
  console.log(`${name.padEnd(20)}${rate} (target: at least ${target}), by processor time ${cost}`);
}

/** Requests until so many were answered in all, then a moment of rest. @returns How many there were. */
async function loadUntil(server: ServerProcess, from: number, total: number): Promise<number> {
  let sent = from;
  let rate = EARLY;
  while (sent < total) {
    const load = await wrk(`${server.url}/ping`, Math.max(1, Math.min(30, Math.floor((total - sent) / rate))));
    sent += load.requests;
    rate = load.requests / load.seconds;
  }
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  return sent;
}

async function watchMemory(server: ServerProcess): Promise<void> {
  const early = await loadUntil(server, 0, EARLY);
  const before = await server.residentMemory();
  console.log(`${server.name}: ${before.toFixed(0)} MiB resident after ${early} requests`);
  const late = await loadUntil(server, early, LATE);
  const after = await server.residentMemory();
  const growth = (after / before - 1) * 100;
  console.log(`${server.name}: ${after.toFixed(0)} MiB resident after ${late} requests`);
  console.log(`growth              ${growth.toFixed(1)} % (target: at most 10 %)`);
}

const { rounds, seconds, memory } = parseArgs(Deno.args, {
  default: { rounds: 5, seconds: 3 },
  boolean: ["memory"],
});
const servers = await startServers();
try {
  const answers = await Promise.all(servers.map(({ url }) => answerOf(`${url}/ping`)));
  if (new Set(answers).size > 1) throw new Error(`the servers answer differently:\n${answers.join("\n")}`);
  // first: the load of the comparison would count as well
  if (memory) await watchMemory(servers[2]!);
  await compare(servers, Number(rounds), Number(seconds));
} finally {
  await Promise.all(servers.map((server) => server.stop()));
}
