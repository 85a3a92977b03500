import { defineKind, isError, type Kind, type Random } from "@weft/weft/kind";
import { z } from "zod";
import { duration } from "../../spec/mod.ts";
import type { Failure, Value, ValueMap } from "../../value/mod.ts";
import { isRetried, retriesOf, retryField, type RetryFields, retryFields, waitAfter } from "../retry_fields.ts";
import { DATABASE_TYPES } from "../sql/database_connection.ts";
import { Consumer, type Verdict } from "./consumer.ts";
import type { Message } from "./database_queue.ts";
import { DATABASE_ERRORS, deadQueue, queueFields } from "./state_fields.ts";
import { encodeValue } from "./stored_value.ts";
import { useQueue } from "./use_store.ts";

const retry = z.strictObject({
  ...retryFields,
  attempts: retryFields.attempts.unwrap().default(5).describe(
    "How often a message is tried in all, those counted whose engine or executor did not live to the end. Default 5.",
  ),
  delay: duration().default(1_000).describe("How long the wait before the second attempt is. Default 1s."),
  max: duration().default(300_000).describe("How long a wait may be. Default 5m."),
  jitter: retryFields.jitter.unwrap().default(0.5).describe(
    "Which part of a wait is random, so that not all try again at the same moment. Default 0.5.",
  ),
});

const fields = z.object({
  ...queueFields,
  batch: z.int().min(1).max(1_000).default(1).meta({
    description:
      "How many messages one process gets at most. Above 1, its payload is a list, and all of them are done or " +
      "none. Default 1.",
  }),
  envelope: z.boolean().default(false).meta({
    description:
      "Whether a message comes as a map of id, payload, key, unique, attempt, pushed and error; otherwise as " +
      "what was pushed. Default false.",
  }),
  concurrency: z.int().min(1).max(1_000).default(1).meta({
    description: "How many processes work on messages at a time. Default 1.",
  }),
  maxInFlight: z.int().min(1).max(10_000).optional().meta({
    description:
      "How many messages are taken and not done, those that wait for a process too. Default twice as many as are " +
      "worked on.",
  }),
  visibility: duration().refine((ms) => ms >= 100, { error: "expected at least 100ms" }).default(30_000).meta({
    description:
      "After which time a message comes again if its engine has died. While a process works on it, the time is " +
      "prolonged. Default 30s.",
  }),
  timeout: duration().default(30_000).meta({ description: "How long a process may take. Default 30s." }),
  retry: retryField(
    retry,
    "How often and after which waits a message is tried again: a number of attempts, or a map. Default 5.",
  ),
  dead: z.union([z.string().min(1).max(200), z.literal(false)]).optional().meta({
    description:
      "The queue that a message is moved to whose last attempt has failed; false to delete it. Default the dead " +
      "letters of the queue.",
  }),
  poll: duration().refine((ms) => ms >= 10, { error: "expected at least 10ms" }).default(1_000).meta({
    description: "How often the database is asked for messages of other engines, beside what it tells. Default 1s.",
  }),
});

type ConsumeFields = z.infer<typeof fields>;

/** Works on the messages of a queue. */
export const queueConsume: Kind = defineKind({
  name: "queue.consume",
  summary: "Runs a workflow for each message of a queue, until it ends well.",
  place: "host",
  fields,
  ports: { in: [], out: ["out", "error"] },
  portSummaries: {
    out: "A message, or a list of them.",
    error: "Why the database cannot be asked: once, until that changes. It is logged too.",
  },
  about: `
A message is taken, and a process runs with it. If that ends well, the message is deleted; if it fails, or its answer is an
error, the message comes back after a wait that grows with each attempt. After the last one it is moved to the dead letters, a
queue as any other (of \`orders\`, it is \`orders.dead\`), with its error: \`queue.consume\` with \`envelope: true\` shows it, \`queue.push\` sends it again.

Each message is worked on at least once. It is worked on again if the engine dies before it has said that it is done: after
\`visibility\`, during which nobody else gets it, and which is prolonged as long as a process works on it. So what a process does
should do no harm if it is done twice. An attempt that ended an executor or the engine counts as the others do. If the database
cannot be reached for longer than \`visibility\`, the process is ended, since somebody else may have the message by then.

Several nodes and engines share a queue. Messages come in the order in which they were pushed, many at a time; those of one key
one after another. A change of the spec loses nothing: messages that are worked on go on, those that only wait are given back.
Of an engine that ends, messages whose processes do not end in time come again.
`.trim(),
  errors: { ...DATABASE_ERRORS },
  dependencies: ["data.connection"],
  references: [{ field: "connection", kind: "connection", type: DATABASE_TYPES }],
  examples: [
    {
      title: "Work on ten messages at a time",
      spec: { kind: "queue.consume", connection: "db", queue: "mails", concurrency: 10 },
    },
    {
      title: "Take up to 100 at once, and try for an hour",
      spec: {
        kind: "queue.consume",
        connection: "db",
        queue: "orders",
        batch: 100,
        retry: { attempts: 12, delay: "5s", max: "10m" },
      },
    },
  ],
  async prepare(context) {
    const { fields, run, log, metrics, random } = context;
    const { queue: store } = await useQueue(context, fields);
    const { queue, batch, concurrency, timeout, visibility, poll, envelope } = fields;
    const rules: Rules = {
      retry: retriesOf(retry, fields.retry, 5),
      dead: fields.dead === false ? undefined : fields.dead ?? deadQueue(queue),
      random,
    };
    const payloadOf = (message: Message): Value => envelope ? envelopeOf(message) : message.payload;
    const consumer = new Consumer(store, {
      queue,
      batch,
      concurrency,
      maxInFlight: Math.max(batch, fields.maxInFlight ?? Math.min(10_000, 2 * batch * concurrency)),
      visibility,
      poll,
      async work(messages, signal) {
        const payload = batch === 1 ? payloadOf(messages[0]!) : messages.map(payloadOf);
        return verdictOf(await run("out", payload, { timeout, signal }), messages, rules);
      },
      exhausted: ({ attempt, error }) => attempt <= rules.retry.attempts ? undefined : buried(error ?? UNSAID, rules),
      count: (name, value) => metrics.count(name, value),
      failed(error) {
        if (error === undefined) return log.info("the database can be asked again");
        log.warn(`the database cannot be asked: ${error.message}`);
        void run("error", error, { timeout });
      },
    });
    return {
      load: () => consumer.start(),
      unload: () => consumer.stop(),
      release: () => consumer.ended(),
    };
  },
});

/** What decides about messages that have failed. */
interface Rules {
  readonly retry: RetryFields;
  /** The queue of the dead letters; undefined if they are deleted. */
  readonly dead: string | undefined;
  readonly random: Random;
}

/** The reason of a message that was taken too often, and of which nobody has said what has become of it. */
const UNSAID: Value = { message: "the engine or the executor ended during each attempt", code: "executor_lost" };

/** How long a message waits for which there is no process, in milliseconds. */
const BUSY = 100;

function verdictOf(answer: unknown, messages: readonly Message[], rules: Rules): Verdict | Verdict[] {
  if (!isError(answer)) return { is: "done" };
  const error = answer as Failure;
  if (error.code === "busy") return { is: "again", delay: BUSY, error: null };
  return messages.map(({ attempt }): Verdict => {
    if (!isRetried(error, attempt, rules.retry)) return buried(errorValue(error), rules);
    const delay = Math.round(waitAfter(attempt, rules.retry, rules.random.number()));
    return { is: "again", delay, error: encodeValue(errorValue(error)) };
  });
}

function buried(error: Value, { dead }: Rules): Verdict {
  return { is: "dead", queue: dead, error: encodeValue(error) };
}

/** Returns what is kept of an error. */
function errorValue({ message, code }: Failure): ValueMap {
  return { message: message.slice(0, 10_000).toWellFormed(), ...code !== undefined && { code } };
}

function envelopeOf({ id, payload, key, name, attempt, pushed, error }: Message): ValueMap {
  return { id, payload, key, unique: name, attempt, pushed: new Date(pushed), error };
}
