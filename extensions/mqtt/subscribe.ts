import { defineKind, type Failure, failure, isError, type Kind, type Value } from "@weft/weft/kind";
import { z } from "zod";
import type { Message, Taker } from "./broker.ts";
import { useBroker } from "./connection.ts";
import { connectionField, duration, FORMATS } from "./fields.ts";
import { isFilter, isTopic } from "./topic.ts";

const fields = z.object({
  connection: connectionField,
  topics: z.array(z.string().refine(isFilter, "expected a topic such as orders/new, sensors/+/temperature or orders/#"))
    .min(1).describe(
      "The topics: `+` stands for one step, `#` for all that follow. `$share/GROUP/TOPIC` shares them among engines, for which some brokers want version 5 of the protocol.",
    ),
  qos: z.literal([0, 1]).default(1).describe(
    "0: messages come at most once. 1: at least once; one is acknowledged when its process has ended well. Default 1.",
  ),
  format: z.enum(FORMATS).default("auto").describe(
    "How a message is read: as `json`, `text` or `bytes`; `auto` takes the first of them that it is. Default auto.",
  ),
  concurrency: z.int().min(1).max(1_000).default(1).describe(
    "How many processes work on messages at a time. With 1, they are worked on in their order. Default 1.",
  ),
  maxInFlight: z.int().min(1).max(1_000_000).default(1_000).describe(
    "How many messages may wait for a process. What comes beyond with qos 0 is dropped; with qos 1, the broker sends no " +
      "more than it may (see `receiveMaximum` of the connection). Default 1000.",
  ),
  timeout: duration().default(30_000).describe("How long the process of a message may take. Default 30s."),
  retry: z.strictObject({
    attempts: z.int().min(1).default(5).describe("How often a message is tried in all. Default 5."),
    delay: duration().default(1_000).describe("How long the wait before the second attempt is. Default 1s."),
    factor: z.number().min(1).default(2).describe("By how much each further wait is longer. Default 2."),
    max: duration().default(60_000).describe("How long a wait may be. Default 1m."),
  }).prefault({}).describe("What is done when the process of a message fails."),
  dead: z.string().refine(isTopic, "expected a topic without + and #").optional().describe(
    "The topic that a message is published to, and then acknowledged, when all attempts have failed. Without it, the " +
      "message stays unacknowledged: the broker sends it again when the connection is made the next time.",
  ),
});

/** How long to wait when too many processes are open, in milliseconds. */
const BUSY = 100;

/** Runs a workflow for each message of topics. */
export const subscribe: Kind = defineKind({
  name: "mqtt.subscribe",
  summary: "Runs a workflow for each message of topics of an MQTT broker.",
  place: "host",
  effect: "none",
  fields,
  ports: { in: [], out: ["out", "error"] },
  portSummaries: {
    out: "A map of `topic`, `payload`, `qos`, `retain` and `duplicate`.",
    error: "Why a message cannot be read.",
  },
  dependencies: ["data.connection"],
  references: [{ field: "connection", kind: "mqtt" }],
  about: `
With qos 1, a message is acknowledged when its process has ended well, and not before: an engine that ends meanwhile gets it
again, if its connection has a \`clientId\`. A process that fails runs again after a while. A message may come twice, but
not by a lost connection alone.

A change of the node, or of what is behind it, loses no message: those that wait are worked on by the new one.
`.trim(),
  examples: [
    {
      title: "Work on orders, four at a time",
      spec: { kind: "mqtt.subscribe", connection: "broker", topics: ["orders/#"], concurrency: 4, dead: "dead/orders" },
    },
    {
      title: "Share the readings of sensors among several engines",
      spec: { kind: "mqtt.subscribe", connection: "broker", topics: ["$share/shop/sensors/+/temperature"], qos: 0 },
    },
  ],
  async prepare(context) {
    const { fields, name, run, log, metrics, clock } = context;
    const { topics, qos, format, concurrency, maxInFlight, timeout, retry, dead } = fields;
    const broker = await useBroker(context, fields.connection);
    const waiting: Message[] = [];
    const stop = new AbortController();
    let running = 0;
    let isDropping = false;

    function take(message: Message): void {
      if (stop.signal.aborted) return message.handOver();
      if (message.qos === 0 && waiting.length >= maxInFlight) {
        metrics.count("dropped");
        if (!isDropping) log.warn(`more than ${maxInFlight} messages wait: some are dropped`);
        isDropping = true;
        return;
      }
      waiting.push(message);
      go();
    }

    function go(): void {
      while (!stop.signal.aborted && running < concurrency && waiting.length > 0) {
        running++;
        void work(waiting.shift()!).finally(() => {
          running--;
          if (waiting.length === 0) isDropping = false;
          go();
        });
      }
    }

    /** Runs the process of a message until it ends well, or the node is replaced, or it has failed too often. */
    async function work(message: Message): Promise<void> {
      while (true) {
        const answer = await attempt(message);
        if (!isError(answer)) {
          metrics.count("done");
          return message.acknowledge();
        }
        const isBusy = (answer as Failure).code === "busy";
        if (!isBusy && ++message.attempts >= retry.attempts) return await giveUp(message);
        const wait = isBusy ? BUSY : Math.min(retry.max, retry.delay * retry.factor ** (message.attempts - 1));
        await clock.sleep(wait, stop.signal).catch(() => {});
        if (stop.signal.aborted) return message.handOver();
      }
    }

    async function attempt(message: Message): Promise<unknown> {
      const { topic, qos, retain, isDuplicate } = message;
      const payload = readPayload(message.payload, format);
      if (isError(payload)) return await run("error", payload, { timeout });
      return await run("out", { topic, payload, qos, retain, duplicate: isDuplicate }, { timeout });
    }

    async function giveUp(message: Message): Promise<void> {
      metrics.count("failed");
      if (dead === undefined) return message.abandon();
      try {
        await broker.publish(dead, message.payload, { qos: 1, retain: false, timeout, signal: undefined });
        message.acknowledge();
      } catch (error) {
        log.error(`a message of ${message.topic} is not put into ${dead}: ${(error as Error).message}`);
        message.abandon();
      }
    }

    const taker: Taker = { node: name, topics, qos, take };
    return {
      load: () => broker.subscribe(taker),
      unload() {
        stop.abort();
        broker.unsubscribe(taker);
        for (const message of waiting.splice(0)) message.handOver();
      },
    };
  },
});

/** Reads the bytes of a message. */
export function readPayload(bytes: Uint8Array, format: typeof FORMATS[number]): Value {
  if (format === "bytes") return bytes;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return format === "auto" ? bytes : failure("the message is not valid UTF-8", { code: "invalid_payload" });
  }
  if (format === "text") return text;
  try {
    return JSON.parse(text) as Value;
  } catch (cause) {
    return format === "auto" ? text : failure("the message is not valid JSON", { code: "invalid_payload", cause });
  }
}
