/**
 * What serving a file costs beside a workflow that answers with a text: `deno run -A bench/static.ts`. Servers, each a
 * process of its own, take the same load in turn: examples/ping.yaml, a `static` that a listener leads to, and one behind
 * a router. The file has 1 KiB.
 *
 *   --rounds N      how often each is measured; the median counts (default 5)
 *   --seconds N     how long one measurement takes (default 3)
 *
 * It needs wrk and Linux.
 */
import { parseArgs } from "@std/cli/parse-args";
import { taskArguments } from "../scripts/task_arguments.ts";
import { ServerProcess } from "./server_process.ts";
import { wrk } from "./wrk.ts";

const { rounds, seconds } = parseArgs(Deno.args, {
  default: { rounds: 5, seconds: 3 },
});

const root = await Deno.makeTempDir();
await Deno.writeTextFile(`${root}/ping`, "x".repeat(1024));

const files = { kind: "static", name: "files", root };
const web = (to: string) => ({ kind: "listener", name: "web", port: 0, links: { out: [{ name: to, port: "in" }] } });
const router = {
  kind: "router",
  name: "router",
  routes: [{ method: "GET", path: "/*", port: "out[0]" }],
  links: { "out[0]": [{ name: "files", port: "in" }] },
};
const example = await Deno.readTextFile(new URL("../examples/ping.yaml", import.meta.url));
const specs = {
  "ping": example.replace("port: 8000", "port: 0"),
  "static": JSON.stringify([web("files"), files]),
  "router, static": JSON.stringify([web("router"), router, files]),
};

const [, ...start] = taskArguments("start");
const servers: ServerProcess[] = [];
for (const [name, text] of Object.entries(specs)) {
  servers.push(await ServerProcess.start(name, [...start, "-f", "-", "--log-level", "error"], text));
}
try {
  const taken = servers.map((): { rate: number; cost: number }[] => []);
  for (const server of servers) await wrk(`${server.url}/ping`, 1);
  for (let round = 0; round < Number(rounds); round++) {
    for (const [index, server] of servers.entries()) {
      const before = await server.processorTime();
      const load = await wrk(`${server.url}/ping`, Number(seconds));
      const used = await server.processorTime() - before;
      taken[index]!.push({ rate: load.requests / load.seconds, cost: used / load.requests * 1e6 });
    }
  }
  const results = taken.map((of) => ({
    rate: median(of.map(({ rate }) => rate)),
    cost: median(of.map(({ cost }) => cost)),
  }));
  const [ping] = results as [{ rate: number; cost: number }];
  console.log(`wrk -t1 -c64, median of ${rounds} of ${seconds} s each, alternating`);
  for (const [index, { rate, cost }] of results.entries()) {
    const target = index === 1 ? " (target: at least 0.7)" : "";
    console.log(
      `${servers[index]!.name.padEnd(16)}${rate.toFixed(0).padStart(8)} requests/s${
        cost.toFixed(1).padStart(8)
      } µs of ` +
        `processor time each: ${(rate / ping.rate).toFixed(2)} of ping${target}, by processor time ` +
        (ping.cost / cost).toFixed(2),
    );
  }
} finally {
  for (const server of servers) await server.stop();
  await Deno.remove(root, { recursive: true });
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}
