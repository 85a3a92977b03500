import { assertEquals } from "@std/assert";
import { Flow } from "./flow.ts";
import { Packet } from "./packet.ts";
import { PacketQueue } from "./packet_queue.ts";
import type { Process } from "./process.ts";

const flow = new Flow();
let number = 0;

function open(): Process {
  return flow.open({ number: ++number, generation: 1 });
}

function packets(process: Process, count: number): Packet[] {
  return Array.from({ length: count }, (_, n) => new Packet(process, null, n, null, null));
}

function* drained(queue: PacketQueue): Generator<Packet> {
  for (let packet = queue.shift(); packet !== undefined; packet = queue.shift()) yield packet;
}

Deno.test("packets go in order of arrival, until a process has kept the thread for long", () => {
  const queue = new PacketQueue();
  const [long, short] = [open(), open()];
  const [a, b, c] = packets(long, 3) as [Packet, Packet, Packet];
  const [d, e] = packets(short, 2) as [Packet, Packet];
  for (const packet of [a, d, b, c]) queue.push(packet);
  assertEquals([queue.length, queue.shift() === a], [4, true]);
  long.spend(60);
  queue.push(e);
  assertEquals([...drained(queue)], [d, e, b, c]);
  assertEquals([queue.length, queue.first], [0, undefined]);
});

Deno.test("a packet that has been seen as the first one goes first", () => {
  const queue = new PacketQueue();
  const [long, short] = [open(), open()];
  const [a] = packets(long, 1) as [Packet];
  const [b] = packets(short, 1) as [Packet];
  long.spend(60);
  queue.push(a);
  assertEquals([queue.allStandBack, queue.first === a, queue.allStandBack], [true, true, true]);
  queue.push(b);
  assertEquals([...drained(queue)], [a, b]);
});

Deno.test("what stands back has its turn after a thousand others, in order", () => {
  const queue = new PacketQueue();
  const [long, short] = [open(), open()];
  long.spend(60);
  const late = packets(long, 5_000);
  const early = packets(short, 5_000);
  for (const packet of [...late, ...early]) queue.push(packet);
  const order = [...drained(queue)];
  assertEquals(order.length, 10_000);
  assertEquals(order.filter(({ process }) => process === long), late);
  assertEquals(order.filter(({ process }) => process === short), early);
  assertEquals(order.findIndex(({ process }) => process === long), 1_000);
});

Deno.test("a process has spent what its children have, and they what it had", () => {
  const parent = open();
  parent.spend(30);
  const child = flow.open({ number: ++number, generation: 1, parent });
  child.spend(25);
  assertEquals([parent.spent, child.spent], [55, 55]);
});
