import { defineKind, type Effect, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import type { Queryable } from "../../database/mod.ts";
import type { Process } from "../../flow/mod.ts";
import { duration } from "../../spec/mod.ts";
import type { Value } from "../../value/mod.ts";
import { internalsOf } from "../internals.ts";
import { HOST_EXPRESSION, siteOf } from "../key_expression.ts";
import { DATABASE_TYPES } from "../sql/database_connection.ts";
import { ProcessTransaction } from "../sql/process_transaction.ts";
import type { Push } from "./database_queue.ts";
import { compilePart, expressionsOf, type PayloadPart } from "./payload_expression.ts";
import { DATABASE_ERRORS, queueFields } from "./state_fields.ts";
import { checkKey, encodeValue } from "./stored_value.ts";
import { useQueue } from "./use_store.ts";

const fields = z.object({
  ...queueFields,
  payload: z.string().min(1).optional().meta({
    description: `A CEL expression over the payload, \`self\`: the message. Default the payload. ${HOST_EXPRESSION}`,
  }),
  key: z.string().min(1).optional().meta({
    description:
      "A CEL expression over the payload: messages of the same key, a text, are worked on one after another, in " +
      "the order in which they were pushed. Default: in any order, many at a time.",
  }),
  unique: z.string().min(1).optional().meta({
    description:
      "A CEL expression over the payload: a text that names the message. While there is one of that name, and " +
      "for `keep` after it was pushed, another one is not pushed.",
  }),
  keep: duration().default(3_600_000).meta({
    description: "How long after a push the name of a message is taken at least. Default 1h.",
  }),
  delay: duration().default(0).meta({
    description: "How long it takes until the message can be consumed. Default 0.",
  }),
  transaction: z.boolean().optional().meta({
    description:
      "Whether the message belongs to the transaction of its process: it is there when that commits, and never if it is " +
      "rolled back. Default: if the process has one on this connection when the message is pushed.",
  }),
  concurrency: z.int().min(1).max(1_000).default(1).meta({
    description: "How many pushes of one process may be under way at a time. Default 1.",
  }),
});

type PushFields = z.infer<typeof fields>;

/** Puts messages into a queue. */
export const queuePush: Kind = defineKind({
  name: "queue.push",
  summary: "Puts a message into a queue of a database, for `queue.consume` to work on.",
  place: "host",
  effect: effectOf,
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  portSummaries: {
    in: "What the message is.",
    out: "A map of `id`, a number, and `duplicate`: whether there was a message of its name, which has that id.",
    error: "Why the message was not pushed.",
  },
  about: `
A message is any value: bytes, dates and bigints come out as they went in. When it is answered, the message is in the database,
and outlives the engine.

If the process has a transaction on the same connection, begun by a node of kind \`sql\`, the message belongs to it: it is sent
exactly when what was written beside it is, and the answer of the process leaves after that (but not what the kind \`respond\`
answers before). With \`transaction: true\` the push
begins the transaction itself. SQLite lets one transaction write at a time, until the end of its process. Any other push is
permanent when it is answered; those that come at the same time share a commit.

A message with a name, \`unique\`, is pushed once: whoever pushes it again, because the answer was lost, gets the id of the one
that there is. The name is taken while the message waits or is worked on, and for the time of \`keep\` after the push. A message
that was moved to the dead letters leaves its name.

Messages of one \`key\` keep the order in which they were pushed; where several transactions push at once, that in which the
database numbered them. One that fails holds up those behind it until it is done or dead.
`.trim(),
  errors: {
    invalid_payload: "The message cannot be stored, such as a stream, or its key or name is no text.",
    too_large: "The message has more than 8 MiB.",
    conflict: "With `transaction: true`, the process has a transaction on another connection.",
    ...DATABASE_ERRORS,
  },
  verbatim: ["payload", "key", "unique"],
  dependencies: ["data.connection"],
  references: [{ field: "connection", kind: "connection", type: DATABASE_TYPES }],
  examples: [
    { title: "Put what was posted into a queue", spec: { kind: "queue.push", connection: "db", queue: "mails" } },
    {
      title: "Each order once, those of a customer in their order",
      spec: {
        kind: "queue.push",
        connection: "db",
        queue: "orders",
        payload: "self.body",
        key: "self.body.customer",
        unique: "self.body.order",
      },
    },
  ],
  code: (fields) => expressionsOf(fields, ["payload", "key", "unique"]),
  async prepare(context) {
    const { fields, transaction, metrics } = context;
    const { queue, database, key } = await useQueue(context, fields);
    const { transactionOn } = internalsOf(context);
    const compiled = (name: "payload" | "key" | "unique") =>
      fields[name] === undefined ? undefined : compilePart(fields[name], siteOf(context, [name]));
    const parts: Parts = { payload: compiled("payload"), key: compiled("key"), unique: compiled("unique") };
    /** The transactions that have a message; whoever waits for it is told when they are committed. */
    const told = new WeakSet<object>();
    const pushIn = async (own: Queryable, process: Process, push: Push) => {
      const pushed = await queue.pushIn(own, push);
      if (!told.has(own)) {
        told.add(own);
        void process.root.ended.then(() => queue.ring());
      }
      return pushed;
    };
    return {
      concurrency: fields.concurrency,
      in: async (payload, call) => {
        const push = pushOf(payload, fields, parts);
        const process = call.process as Process;
        const own = fields.transaction === true
          ? await transaction(call, key, () => new ProcessTransaction(database, undefined))
          : fields.transaction === undefined
          ? await transactionOn(process, key) as ProcessTransaction | undefined
          : undefined;
        const { id, isDuplicate } = await (own === undefined ? queue.push(push) : pushIn(own, process, push));
        metrics.count(isDuplicate ? "duplicates" : "pushed");
        return { id, duplicate: isDuplicate };
      },
    };
  },
});

/** What finds the parts of a message in a payload. */
interface Parts {
  readonly payload: PayloadPart | undefined;
  readonly key: PayloadPart | undefined;
  readonly unique: PayloadPart | undefined;
}

function pushOf(payload: Value, { queue, delay, keep }: PushFields, parts: Parts): Push {
  const named = (part: PayloadPart | undefined, what: string) =>
    part === undefined ? null : checkKey(part(payload), what);
  return {
    queue,
    key: named(parts.key, "key"),
    name: named(parts.unique, "unique"),
    payload: encodeValue(parts.payload === undefined ? payload : parts.payload(payload) ?? null),
    delay,
    keep,
  };
}

function effectOf({ unique, transaction }: Pick<PushFields, "unique" | "transaction">): Effect {
  if (transaction === true) return "transactional";
  return unique === undefined ? "once" : "idempotent";
}
