import { createHash } from "node:crypto";
import { type Call, defineKind, type Kind, type Reply } from "@weft/weft/kind";
import { z } from "zod";
import { duration, size } from "../../spec/mod.ts";
import { type Answer, isError, NONE, type Value } from "../../value/mod.ts";
import { compileKey, HOST_EXPRESSION, keyText, siteOf } from "../key_expression.ts";
import { sendError } from "../leave.ts";
import { Answers, type Flight, isShareable, type Landed } from "./answers.ts";

/** How long a key is kept as it is, in characters; of a longer one its hash is. */
const LONG = 200;

const fields = z.object({
  key: z.string().min(1).optional().meta({
    description:
      "A CEL expression over the payload, `self`: payloads of the same key have the same answer. Default the " +
      `payload itself. ${HOST_EXPRESSION}`,
  }),
  ttl: duration().default(60_000).meta({ description: "How long an answer is used. Default 1m." }),
  stale: duration().default(0).meta({
    description: "How long after that it is used still, while another is made in the background. Default not at all.",
  }),
  errors: duration().default(0).meta({
    description: "How long an error is used as the answer. Default not at all.",
  }),
  entries: z.int().min(1).max(1_000_000).default(1_000).meta({
    description: "How many answers are kept; beyond it the one that was used longest ago is forgotten. Default 1000.",
  }),
  size: size().default(64 * 2 ** 20).meta({
    description: "How many bytes the answers may have together, roughly. Default 64MiB.",
  }),
  timeout: duration().default(30_000).meta({
    description: "How long it may take to make an answer in the background. Default 30s.",
  }),
});

/** Keeps answers. */
export const cache: Kind = defineKind({
  name: "cache",
  summary: "Answers with what out has answered to the same key before, as long as that is new enough.",
  place: "host",
  effect: "none",
  ordered: false,
  fields,
  fieldAliases: { capacity: "entries", interval: "ttl" },
  ports: { in: ["in", "clear"], out: ["out", "error"] },
  verbatim: ["key"],
  about: `
A packet whose key has an answer is answered with it, and nothing is sent. Any other packet goes on by \`out\`; what comes
back is its answer, and is kept. Of packets with the same key that come meanwhile none is sent: they wait, and get the same
answer, an error too. If the process ends whose packet was sent, the next one that waits is sent.

With \`stale\`, an answer that is no longer new is used while another is made, by a process of its own: nobody waits for it.
If that fails, the old one is used until its time is over.

Errors are not kept unless \`errors\` says for how long. Nothing, streams and what is larger than a payload may be are not
kept. Answers are in the memory of the engine: all executors share them, a change of the node or of what is behind it
keeps them, and several engines on one store have their own. What leads back to the node with the same key waits for
itself, until its process has taken too long.
`.trim(),
  portSummaries: {
    in: "Packets to answer.",
    clear: "A packet whose key is to be forgotten; null for all of them. It is answered with nothing.",
    out: "Packets whose key has no answer.",
    error: "Why a packet has no key.",
  },
  errors: { invalid_payload: "The key has a stream, or cannot be told." },
  examples: [
    { title: "Ask a slow server once a minute", spec: { kind: "cache", key: "self.query.city[0]" } },
    {
      title: "Answer at once for an hour, with an answer that is about five minutes old",
      spec: { kind: "cache", key: "self.path", ttl: "5m", stale: "55m", errors: "5s" },
    },
  ],
  code: ({ key }) => key === undefined ? [] : [{ language: "cel", code: key, at: ["key"] }],
  check: ({ ttl, stale }) =>
    ttl + stale > 0 ? [] : [{ location: { path: ["ttl"] }, message: "invalid ttl 0 without stale: nothing is kept" }],
  async prepare(context) {
    const { name, fields, ports, clock, metrics, run, use } = context;
    const { ttl, stale, errors, entries, size, timeout } = fields;
    const evaluate = fields.key === undefined ? keyText : compileKey(fields.key, siteOf(context, ["key"]));
    const keyOf = (payload: Value) => {
      const key = evaluate(payload);
      return isError(key) || key.length <= LONG ? key : createHash("sha256").update(key).digest("base64");
    };
    const answers = await use(JSON.stringify([name, fields.key, entries, size]), () => new Answers({ entries, size }));

    const landed = (key: string, flight: Flight, answer: Answer): void => {
      const lifetime = isError(answer) ? { ttl: errors, stale: 0 } : { ttl, stale };
      // one that was forgotten meanwhile may be outdated
      if (answers.isCurrent(key, flight)) answers.keep(key, answer, clock.now(), lifetime);
      flight.land(isShareable(answer) ? { answer } : "single");
    };

    /** Sends a packet on, and keeps what comes back. */
    const make = (call: Call, key: string): Reply => {
      const flight = answers.begin(key);
      const lost = () => flight.land("lost");
      call.signal.addEventListener("abort", lost, { once: true });
      return call.send(ports.out, call.payload, (again, answer) => {
        again.signal.removeEventListener("abort", lost);
        landed(key, flight, answer);
        return answer;
      });
    };

    const refresh = async (payload: Value, key: string): Promise<void> => {
      const flight = answers.begin(key);
      let result: Answer = NONE;
      try {
        result = await run("out", payload, { timeout });
      } finally {
        // what failed leaves the old one
        if (isError(result) || result === NONE) flight.land("lost");
        else landed(key, flight, result);
      }
    };

    const wait = async (call: Call, key: string, flight: Flight): Promise<Answer | Awaited<Reply>> => {
      metrics.count("waits");
      const result: Landed = await flight.landed;
      if (call.signal.aborted) return NONE;
      if (typeof result === "object") return result.answer;
      return await (result === "single" ? call.send(ports.out, call.payload) : answer(call, key));
    };

    const answer = (call: Call, key: string): Reply => {
      const found = answers.find(key, clock.now());
      const flight = answers.flight(key);
      if (found !== undefined) {
        metrics.count(found.isFresh ? "hits" : "stale");
        if (!found.isFresh && flight === undefined) void refresh(call.payload, key);
        return found.answer;
      }
      if (flight !== undefined) return wait(call, key, flight) as Reply;
      metrics.count("misses");
      return make(call, key);
    };

    return {
      concurrency: Infinity,
      in: {
        receive(call) {
          const key = keyOf(call.payload);
          return isError(key) ? sendError(context, call, key) : answer(call, key);
        },
      },
      clear(payload) {
        const key = payload === null ? undefined : keyOf(payload);
        if (isError(key)) return key;
        answers.forget(key);
        return NONE;
      },
    };
  },
});
