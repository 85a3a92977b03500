import { defineKind, type Kind, type ValueMap } from "@weft/weft/kind";
import { z } from "zod";
import type { Process } from "../../flow/mod.ts";
import { duration } from "../../spec/mod.ts";
import { failure, isError, NONE, type Value } from "../../value/mod.ts";
import { internalsOf } from "../internals.ts";
import { compileExpression, HOST_EXPRESSION, siteOf } from "../key_expression.ts";
import { isRetried, retriesOf, retryField, retryFields, waitAfter } from "../retry_fields.ts";
import { isShareable } from "../state/answers.ts";
import { type Message, Subscription, type Taker } from "./subscription.ts";
import { subscriptionsOf } from "./subscriptions.ts";
import { compileTopics, ENGINE_TOPICS, isPattern, isTopic } from "./topic.ts";

const retry = z.strictObject(retryFields);

const fields = z.object({
  topic: z.string().refine(
    (topic) => isTopic(topic, true),
    "expected words with dots between them, such as orders.paid",
  )
    .meta({
      description:
        "The topic whose messages it sends on, and to which it publishes: words with dots between them, such as " +
        "orders.paid. A pattern stands for several: * for one word, ** for any number of them, also none. load and unload " +
        "are the events of the node itself.",
    }),
  to: z.string().min(1).optional().meta({
    description:
      `A CEL expression over the payload, \`self\`: the topic to which it is published. Default topic. ${HOST_EXPRESSION}`,
  }),
  concurrency: z.int().min(1).max(1_000).default(16).meta({
    description: "How many messages are worked on at a time; with 1, in their order. Default 16.",
  }),
  queue: z.int().min(0).max(100_000).default(1_000).meta({
    description: "How many messages wait beside; whoever publishes more gets the error busy. Default 1000.",
  }),
  timeout: duration().default(30_000).meta({ description: "How long the process of a message may take. Default 30s." }),
  retry: retryField(retry, "When a process that failed is run again: a number of attempts, or a map. Default never."),
});

/** Publishes messages inside of the engine, and runs a workflow for each. */
export const trigger: Kind = defineKind({
  name: "trigger",
  summary: "Publishes messages to topics inside of the engine, and runs a workflow for each message of a topic.",
  place: "host",
  effect: "once",
  ordered: false,
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  verbatim: ["to"],
  about: `
A packet to \`in\` is published: every node whose \`out\` is linked and whose \`topic\` matches gets it, this one too. The
packet is answered with nothing as soon as all of them have taken it; it does not wait for what they do. If nobody listens,
nothing happens.

For each message a process is opened, and \`out\` sends a map of \`topic\`, \`payload\` and \`time\`, a date. As many run at a time
as \`concurrency\` says. What is beyond, or comes while too many processes are open, waits: \`queue\` messages, and about 64 MiB.
If one of those who listen cannot let it wait either, none gets it, and the packet is answered with the error \`busy\`. So
nothing is lost while the engine runs; a change of the node keeps what waits, and what fails is logged and may be tried
again. Messages are in memory: what waits when the node is deleted or the engine ends is lost, and the log says how much.
Engines on the same store have topics of their own. A flow that publishes to its own topic runs again and again.

With the topic \`load\` the node sends a message once a version has loaded it, everything downstream first: at the start,
after a change of its spec, and when something behind it that was missing is there. With \`unload\` it sends one when it is
changed or deleted, when something behind it is, and when the engine ends. That process still runs in the version that is
replaced: all nodes behind it are there, and are unloaded after it. The change is in force meanwhile for everybody else, and
waits for it 5 s at most; it may read, write and call servers. When the engine ends, listeners accept nothing more by then.
The payload has the name of the node, as \`node\`. Nobody else can publish to these two, and no pattern matches them.
`.trim(),
  portSummaries: {
    in: "What is published.",
    out: "A message: `topic`, `payload`, `time`.",
    error: "Why a packet could not be published.",
  },
  errors: {
    busy: "Too many messages wait for a node that listens: nobody got it; answered with status 503.",
    invalid_payload: "The payload has a stream, which can be read once; or `to` is not the name of a topic.",
    invalid: "The topic is a pattern, or one of the engine: it cannot be published to.",
  },
  examples: [
    {
      title: "Tell others of an order, and do what is to be done then",
      spec: { kind: "trigger", topic: "orders.paid" },
    },
    { title: "Follow all orders, one after another", spec: { kind: "trigger", topic: "orders.**", concurrency: 1 } },
    {
      title: "Publish by what the payload is",
      spec: { kind: "trigger", topic: "orders.*", to: "'orders.' + self.status" },
    },
    { title: "Fill a cache at the start", spec: { kind: "trigger", topic: "load" } },
  ],
  code: ({ to }) => to === undefined ? [] : [{ language: "cel", code: to, at: ["to"] }],
  async prepare(context) {
    const { name, fields, clock, log, metrics, random, use } = context;
    const { topic, to, timeout } = fields;
    const internals = internalsOf(context);
    const { symbol, open, runIn, isClosed } = internals;
    const subscriptions = await subscriptionsOf(internals);
    const subscription = await use(name, () => new Subscription(), (subscription) => {
      const lost = subscription.clear();
      if (lost > 0) log.warn(`${lost} messages that waited are lost`);
      if (subscriptions.get(name) === subscription) subscriptions.delete(name);
    });
    const out = symbol.out("out");
    const isEngine = ENGINE_TOPICS.has(topic);
    const retries = retriesOf(retry, fields.retry);
    const own = (): Message => ({ topic, payload: { node: name }, time: clock.now() });
    let isCurrent = true;
    let last: Process | undefined;

    const matches = compileTopics(topic);
    const taker: Taker = {
      symbol,
      concurrency: fields.concurrency,
      queue: fields.queue,
      matches: (topic) => !isEngine && matches(topic),
      async take(message) {
        for (let attempt = 1;; attempt++) {
          // what is behind this node may not be there any more: the one in its place takes the message
          if (!isCurrent || isClosed()) return false;
          const process = open(timeout);
          if (process === undefined) return false;
          if (attempt === 1) metrics.count("messages");
          const answer = await runIn(process, out, payloadOf(message));
          if (!isError(answer) || !isRetried(answer, attempt, retries)) return true;
          await clock.sleep(waitAfter(attempt, retries, random.number()));
        }
      },
    };

    const topicOf = to === undefined ? () => topic : compileExpression(to, siteOf(context, ["to"]));
    const publish = (topic: Value, payload: Value): Value | typeof NONE => {
      if (isError(topic)) return topic;
      if (typeof topic !== "string" || !isTopic(topic, to === undefined)) {
        const given = typeof topic === "string" ? JSON.stringify(topic.slice(0, 50)) : "of another type";
        return failure(`invalid topic ${given}: expected words with dots between them, such as orders.paid`, {
          code: "invalid_payload",
        });
      }
      if (ENGINE_TOPICS.has(topic)) return failure(`only the engine publishes to "${topic}"`, { code: "invalid" });
      if (isPattern(topic)) {
        return failure(`"${topic}" stands for several topics: name one by the field to`, { code: "invalid" });
      }
      if (!isShareable(payload)) return failure("a stream cannot be published", { code: "invalid_payload" });
      const listening = [...subscriptions].filter(([, subscription]) => subscription.matches(topic));
      const full = listening.find(([, subscription]) => subscription.isFull);
      if (full !== undefined) {
        metrics.count("refused");
        return failure(`too many messages wait for ${full[0]}`, { code: "busy", details: { status: 503 } });
      }
      if (listening.length === 0) log.debug(`nobody listens to "${topic}"`);
      const message = { topic, payload, time: clock.now() };
      for (const [, subscription] of listening) subscription.push(message);
      return NONE;
    };

    return {
      in: (payload) => isError(payload) ? payload : publish(topicOf(payload), payload),
      load() {
        if (out.targets(Infinity).length === 0) return;
        subscriptions.set(name, subscription);
        subscription.attach(taker);
        if (topic === "load") subscription.push(own());
      },
      retire() {
        isCurrent = false;
        if (topic !== "unload" || out.targets(Infinity).length === 0) return;
        last = open(timeout);
        if (last === undefined) log.warn("unload is not told: too many processes are open");
      },
      async unload() {
        subscription.detach(taker);
        if (last !== undefined) await runIn(last, out, payloadOf(own()));
      },
    };
  },
});

function payloadOf({ topic, payload, time }: Message): ValueMap {
  return { topic, payload, time: new Date(time) };
}
