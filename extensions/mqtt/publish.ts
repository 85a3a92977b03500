import { defineKind, type Failure, failure, isMap, type Kind, type Value } from "@weft/weft/kind";
import { z } from "zod";
import type { Qos } from "./broker.ts";
import { useBroker } from "./connection.ts";
import { connectionField, duration, FORMATS } from "./fields.ts";
import { isTopic } from "./topic.ts";

const fields = z.object({
  connection: connectionField,
  topic: z.string().refine(isTopic, "expected a topic without + and #").optional().describe(
    "The topic. The message is the payload then. Without it, the payload is a map of `topic` and `payload`, and of " +
      "`qos` and `retain` if they are others than those of the node.",
  ),
  qos: z.literal([0, 1, 2]).default(1).describe("0: at most once, 1: at least once, 2: exactly once. Default 1."),
  retain: z.boolean().default(false).describe(
    "Whether the broker keeps the message for later subscribers. Default false.",
  ),
  format: z.enum(FORMATS).default("auto").describe(
    "How the message is written: as `json`, `text` or `bytes`; with `auto`, bytes and texts are as they are, and all " +
      "else is JSON. Default auto.",
  ),
  timeout: duration().default(10_000).describe("How long it may take until the broker has the message. Default 10s."),
  concurrency: z.int().min(1).default(1).describe(
    "How many messages of one process may be under way at a time. Default 1.",
  ),
});

/** Publishes a message. */
export const publish: Kind = defineKind({
  name: "mqtt.publish",
  summary: "Publishes a message to a topic of an MQTT broker.",
  place: "host",
  effect: "once",
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  portSummaries: { in: "The message.", out: "The payload, once the broker has the message." },
  dependencies: ["data.connection"],
  references: [{ field: "connection", kind: "mqtt" }],
  errors: {
    timeout:
      "The broker has not taken the message in time, or cannot be reached. With qos 0, nobody says whether it came.",
    connection_lost: "The connection ended before the broker had the message.",
    invalid_payload: "The payload has no topic, or is not what its format says.",
  },
  examples: [
    {
      title: "Keep the last state of a door",
      spec: { kind: "mqtt.publish", connection: "broker", topic: "doors/front", retain: true },
    },
    { title: "To the topic that the payload says", spec: { kind: "mqtt.publish", connection: "broker", qos: 0 } },
  ],
  async prepare(context) {
    const { fields } = context;
    const { format, timeout, concurrency } = fields;
    const broker = await useBroker(context, fields.connection);
    return {
      concurrency,
      async in(payload, { signal }) {
        const message = messageOf(payload, fields);
        if (!("topic" in message)) return message;
        const bytes = writePayload(message.payload, format);
        if (!(bytes instanceof Uint8Array)) return bytes;
        const { topic, qos, retain } = message;
        await broker.publish(topic, bytes, { qos, retain, timeout, signal });
        return payload;
      },
    };
  },
});

/** A message to publish. */
interface Outgoing {
  readonly topic: string;
  readonly payload: Value;
  readonly qos: Qos;
  readonly retain: boolean;
}

function messageOf(payload: Value, { topic, qos, retain }: z.infer<typeof fields>): Outgoing | Failure {
  if (topic !== undefined) return { topic, payload, qos, retain };
  const invalid = (expected: string) =>
    failure(`invalid payload: expected ${expected}`, { code: "invalid_payload" }) as Failure;
  if (!isMap(payload) || typeof payload.topic !== "string") return invalid("a map of topic and payload");
  if (!isTopic(payload.topic)) return invalid("a topic without + and #");
  const { qos: own = qos, retain: keep = retain } = payload;
  if (own !== 0 && own !== 1 && own !== 2) return invalid("qos to be 0, 1 or 2");
  if (typeof keep !== "boolean") return invalid("retain to be true or false");
  return { topic: payload.topic, payload: payload.payload ?? null, qos: own, retain: keep };
}

/** Writes a message as bytes. */
export function writePayload(payload: Value, format: typeof FORMATS[number]): Uint8Array | Failure {
  const encoder = new TextEncoder();
  if (format !== "json") {
    if (payload instanceof Uint8Array && format !== "text") return payload;
    if (typeof payload === "string" && format !== "bytes") return encoder.encode(payload);
    if (format !== "auto") {
      return failure(`invalid payload: expected ${format === "text" ? "a string" : "bytes"}`, {
        code: "invalid_payload",
      }) as Failure;
    }
  }
  try {
    return encoder.encode(JSON.stringify(payload));
  } catch (cause) {
    return failure("invalid payload: it cannot be written as JSON", { code: "invalid_payload", cause }) as Failure;
  }
}
