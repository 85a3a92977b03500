/**
 * What idle websockets cost, and how long a message to all of them takes: `deno run -A bench/websockets.ts`. Three
 * servers, each a process of its own, one after another: the kind `gateway`, Deno's own websockets, and those of the
 * package ws.
 *
 *   --connections N   how many there are (default 10,000)
 *   --rounds N        how many messages are sent to all; the median counts (default 9)
 *
 * It needs Linux, and as many open files as connections, and some more, for each of two processes: `ulimit -n 20000`.
 */
import { parseArgs } from "@std/cli/parse-args";
import { taskArguments } from "../scripts/task_arguments.ts";
import { ServerProcess } from "./server_process.ts";

const { connections: connectionCount, rounds } = parseArgs(Deno.args, {
  default: { connections: 10_000, rounds: 9 },
});
const CONNECTIONS = Number(connectionCount);
const ROUNDS = Number(rounds);

/** How many connect at a time. */
const BATCH = 50;
/** How long the server is left alone before its memory is measured, in milliseconds. */
const REST = 3_000;
/** How many files are open besides connections. */
const OTHER_FILES = 200;

const to = (name: string, port = "in") => [{ name, port }];

const SPECS = JSON.stringify([
  { kind: "listener", name: "web", port: 0, links: { out: to("router") } },
  {
    kind: "router",
    name: "router",
    routes: [{ method: "GET", path: "/ws", port: "out[0]" }, { method: "POST", path: "/", port: "out[1]" }],
    links: { "out[0]": to("gate", "io"), "out[1]": to("body") },
  },
  { kind: "gateway", name: "gate", connections: CONNECTIONS },
  { kind: "snippet", name: "body", language: "cel", code: "self.body", links: { out: to("gate", "broadcast") } },
]);

const MESSAGE = "x".repeat(100);
const FRAME_LENGTH = MESSAGE.length + 2;

const encoder = new TextEncoder();

/** Opens a websocket and reads the answer to its request. */
async function connect(url: URL): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
  const head = [
    "GET /ws HTTP/1.1",
    `Host: ${url.host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ];
  await connection.write(encoder.encode(`${head.join("\r\n")}\r\n\r\n`));
  const buffer = new Uint8Array(1024);
  let text = "";
  while (!text.endsWith("\r\n\r\n")) {
    const count = await connection.read(buffer);
    if (count === null) throw new Error(`closed instead of upgraded: ${text}`);
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  if (!text.startsWith("HTTP/1.1 101 ")) throw new Error(text);
  return connection;
}

async function connectAll(url: URL): Promise<Deno.TcpConn[]> {
  const connections: Deno.TcpConn[] = [];
  while (connections.length < CONNECTIONS) {
    const count = Math.min(BATCH, CONNECTIONS - connections.length);
    connections.push(...await Promise.all(Array.from({ length: count }, () => connect(url))));
  }
  return connections;
}

/** Reads one message. */
async function read(connection: Deno.TcpConn, buffer: Uint8Array): Promise<void> {
  for (let left = FRAME_LENGTH; left > 0;) {
    const count = await connection.read(buffer.subarray(0, left));
    if (count === null) throw new Error("closed");
    left -= count;
  }
}

/** Sends a message to all. @returns How long it takes until the last has it, in milliseconds. */
async function broadcast(url: URL, connections: readonly Deno.TcpConn[]): Promise<number> {
  // nobody looks at what is read, so that all read into the same bytes
  const buffer = new Uint8Array(FRAME_LENGTH);
  const reading = Promise.all(connections.map((connection) => read(connection, buffer)));
  await pause(200);
  const began = performance.now();
  const sent = fetch(url, { method: "POST", body: MESSAGE, headers: { "content-type": "text/plain" } });
  await reading;
  const took = performance.now() - began;
  await (await sent).body?.cancel();
  return took;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function measure(server: ServerProcess): Promise<Record<string, string>> {
  const url = new URL(server.url);
  // what is compiled with the first connection is not the cost of one
  (await connect(url)).close();
  await pause(REST);
  const before = await server.residentMemory();
  const connections = await connectAll(url);
  await pause(REST);
  const after = await server.residentMemory();
  const times: number[] = [];
  const usedBefore = await server.processorTime();
  for (let round = 0; round < ROUNDS; round++) times.push(await broadcast(url, connections));
  const used = (await server.processorTime() - usedBefore) / ROUNDS;
  for (const connection of connections) connection.close();
  times.sort((a, b) => a - b);
  return {
    server: server.name,
    "before, MiB": before.toFixed(0),
    [`with ${CONNECTIONS}, MiB`]: after.toFixed(0),
    "KiB each": ((after - before) * 1024 / CONNECTIONS).toFixed(1),
    "to all, ms": times[times.length >> 1]!.toFixed(0),
    "fastest": times[0]!.toFixed(0),
    "slowest": times.at(-1)!.toFixed(0),
    "processor, ms": (used * 1_000).toFixed(0),
  };
}

/** Returns how many files this process may have open. */
async function openFiles(): Promise<number> {
  const limits = await Deno.readTextFile("/proc/self/limits");
  return Number(/^Max open files\s+(\d+)/m.exec(limits)![1]);
}

const files = await openFiles();
if (files < CONNECTIONS + OTHER_FILES) {
  console.error(`${files} open files are too few for ${CONNECTIONS} connections: ulimit -n ${CONNECTIONS * 2}`);
  Deno.exit(1);
}
const [, ...start] = taskArguments("start");
const servers: [name: string, args: string[], input?: string][] = [
  ["gateway", [...start, "-f", "-", "--log-level", "error"], SPECS],
  ["Deno's own", ["-A", "bench/bare_websockets.ts", "deno"]],
  ["ws", ["-A", "bench/bare_websockets.ts", "ws"]],
];
const rows: Record<string, string>[] = [];
for (const [name, args, input] of servers) {
  const server = await ServerProcess.start(name, args, input);
  try {
    rows.push(await measure(server));
  } finally {
    await server.stop();
  }
}
const columns = Object.keys(rows[0]!);
const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => row[column]!.length)));
const line = (cells: string[]) => cells.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!));
console.log(`${CONNECTIONS} websockets, a message of ${MESSAGE.length} bytes to all, median of ${ROUNDS}`);
for (const cells of [columns, ...rows.map((row) => columns.map((column) => row[column]!))]) {
  console.log(line(cells).join("  "));
}
Deno.exit(0);
