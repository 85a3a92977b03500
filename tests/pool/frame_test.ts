import { assert, assertEquals, assertMatch } from "@std/assert";
import { CREDIT_BYTES } from "../../src/pool/connection.ts";
import { ToHost } from "../../src/protocol/mod.ts";
import { Form } from "../../src/value/mod.ts";
import { delay, until } from "../support/until.ts";
import { Rig } from "./rig.ts";

// What a connection does with single frames: what it checks of them, what it reports, what it counts.

Deno.test("a process reaches the nodes that its own generation is linked to, at the port that is linked", async () => {
  const [linked, unlinked, later, both] = [2, 3, 4, 5];
  const cases: [process: number, symbol: number, port: number, reached?: string][] = [
    [1, linked, 0, "linked"],
    [1, later, 0],
    [2, linked, 0],
    [2, later, 0, "later"],
    [1, linked, 1],
    [2, later, 1],
    [1, both, 1, "both at 1"],
    [2, both, 1, "both at 1"],
    [1, both, 0],
    [2, both, 0],
    [1, unlinked, 0],
    [2, unlinked, 0],
  ];
  for (const [process, symbol, port, reached] of cases) {
    const rig = new Rig();
    await rig.post([0, ToHost.Call, process, 0, 1, symbol, port, 7, Form.Plain, "x", null]);
    const what = `port ${port} of node ${symbol} in generation ${process}`;
    assertEquals(rig.reached, reached === undefined ? [] : [reached], what);
    assertEquals([rig.rejected.length, rig.malformed], [reached === undefined ? 1 : 0, []], what);
    if (reached === undefined) assertMatch(rig.rejected[0]!, new RegExp(`port ${port} in generation ${process}`));
    rig.close();
  }
});

Deno.test("a number of a frame that is not whole is reported, wherever it stands", async () => {
  const frames: [frame: unknown[], numbers: number][] = [
    [[ToHost.Answer, 1, 1, 2, Form.Plain, "x"], 2],
    [[ToHost.Call, 1, 0, 1, 2, 0, 5, Form.Plain, "x", null], 6],
    [[ToHost.Idle, 1, 2], 1],
    [[ToHost.Log, 1, 1, "info", "text"], 2],
    [[ToHost.Warning, 1, 1, "text"], 2],
    [[ToHost.Traced, 1, 1, "a.in", null, "{}"], 2],
    [[ToHost.Metric, 1, "counter", "orders", 1.5], 1],
    [[ToHost.Prepared, 1, null], 1],
    [[ToHost.Ended, -1], 1],
  ];
  for (const [frame, numbers] of frames) {
    // the number at 0 is what the batch acknowledges
    for (const at of [0, ...Array.from({ length: numbers }, (_, number) => number + 2)]) {
      for (const element of [0.5, 1.5, -0.5, NaN, Infinity, 2 ** 53, 1n, "1", null, undefined, [1]]) {
        const rig = new Rig();
        const batch: unknown[] = [0, ...frame];
        batch[at] = element;
        await rig.post(batch);
        const what = `${String(element)} at ${at} of ${JSON.stringify(frame)}`;
        assertEquals(rig.malformed.length, 1, what);
        if (typeof element === "number") assert(rig.malformed[0]!.includes(String(element)), rig.malformed[0]);
        assertEquals([rig.reached, rig.told, rig.logged], [[], [], []], what);
        // nothing more is heard of it
        await rig.post([0, ToHost.Call, 1, 0, 1, 2, 0, 5, Form.Plain, "x", null]);
        assertEquals([rig.reached, rig.malformed.length], [[], 1], what);
        rig.close();
      }
    }
  }
});

/** Answers of a size that are posted to an executor, as its end of the port sees them. */
class Receiver {
  readonly #rig = new Rig();
  #asks = 0;
  /** Answers that have come, known by the number of their ask. */
  received = 0;

  constructor() {
    this.#rig.port.onmessage = ({ data }: MessageEvent<unknown[]>) => {
      this.received += data.filter((element) => Number(element) >= 1_000).length;
    };
  }

  /** Takes in what the connection posts first: the packets of the rig. */
  async begin(): Promise<void> {
    this.send(1);
    await this.comes(1);
    await this.acknowledge(3);
  }

  /** Sends an answer of a size, in bytes. */
  send(size: number): void {
    this.#rig.connection.answer(1_000 + this.#asks++, new Uint8Array(size));
  }

  async acknowledge(frames: number): Promise<void> {
    await this.#rig.post([frames]);
    assertEquals(this.#rig.malformed, []);
  }

  /** Waits until so many have come, and no more. */
  async comes(count: number): Promise<void> {
    await until(`${count} answers have come`, () => this.received >= count);
    await delay(20);
    assertEquals(this.received, count);
  }

  [Symbol.dispose](): void {
    this.#rig.close();
  }
}

/** The most that a packet carries, nearly: two of them are within the credit, three are not. */
const LARGE = Math.floor(CREDIT_BYTES * 0.45);

Deno.test("credit in bytes holds frames back, and is given back by what is acknowledged", async () => {
  using receiver = new Receiver();
  await receiver.begin();
  let came = 1;
  for (let round = 0; round < 3; round++) {
    receiver.send(LARGE);
    await receiver.comes(++came);
    receiver.send(LARGE);
    await receiver.acknowledge(0);
    await receiver.comes(++came);
    receiver.send(LARGE);
    await receiver.acknowledge(0);
    await receiver.comes(came);
    await receiver.acknowledge(1);
    await receiver.comes(++came);
    receiver.send(1);
    await receiver.acknowledge(0);
    await receiver.comes(++came);
    await receiver.acknowledge(3);
  }
});

Deno.test("frames of one batch give their credit back once all of them are acknowledged", async () => {
  using receiver = new Receiver();
  await receiver.begin();
  receiver.send(LARGE);
  receiver.send(LARGE);
  await receiver.comes(3);
  receiver.send(LARGE);
  await receiver.acknowledge(1);
  await receiver.comes(3);
  await receiver.acknowledge(1);
  await receiver.comes(4);
});
