import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { duration } from "../../spec/mod.ts";
import { failure, isError, type Value } from "../../value/mod.ts";
import { compileKey, type ExpressionSite, HOST_EXPRESSION, siteOf } from "../key_expression.ts";
import { Buckets, type Rate } from "./buckets.ts";

/** How long a key may be, in characters. */
const LONGEST_KEY = 1_000;

/** Lets so many packets through in a time. */
export const rateLimit: Kind = defineKind({
  name: "rateLimit",
  summary: "Lets so many packets through in a time, in all or for each key; the others are errors.",
  place: "host",
  effect: "none",
  ordered: false,
  fields: z.object({
    limit: z.int().min(1).describe("How many packets go through in an interval, on average."),
    interval: duration().default(1_000).describe("The interval. Default 1s."),
    burst: z.int().min(1).optional().describe(
      "How many packets may go through at once after a rest. Default as many as limit.",
    ),
    key: z.string().optional().describe(
      "A CEL expression over the payload, `self`: packets of the same key share a limit. Default one limit for all. " +
        HOST_EXPRESSION,
    ),
  }),
  ports: { in: ["in"], out: ["out", "error"] },
  verbatim: ["key"],
  about:
    "A token bucket: it holds `burst` tokens, a packet takes one, and `limit` tokens come in an interval, evenly. " +
    "The limit holds for the engine, whatever executors there are, and a reload keeps its state. The error has the code " +
    "`rate_limited` and in `details.retryAfter` the seconds until the next packet of the key can go through; behind a " +
    "listener it is answered with status 429 and `Retry-After`, and `retry` waits for that time. Of 100,000 keys that " +
    "are not full at the same time, the one that was used longest ago is forgotten. Several engines on one store each " +
    "have limits of their own.",
  portSummaries: { out: "Packets that go through, as they came.", error: "Packets beyond the limit, as an error." },
  errors: {
    rate_limited: "The packet is beyond the limit; answered with status 429 and `Retry-After`.",
    invalid_payload: "The key is too long.",
  },
  examples: [
    { title: "A hundred requests a second in all", spec: { kind: "rateLimit", limit: 100 } },
    {
      title: "Ten requests a minute for each token, five at once",
      spec: {
        kind: "rateLimit",
        limit: 10,
        interval: "1m",
        burst: 5,
        key: "has(self.header.Authorization) ? self.header.Authorization[0] : ''",
      },
    },
  ],
  code: ({ key }) => key === undefined ? [] : [{ language: "cel", code: key, at: ["key"] }],
  check: ({ interval }) =>
    interval > 0 ? [] : [{ location: { path: ["interval"] }, message: "invalid interval 0: expected more" }],
  async prepare(context) {
    const { name, fields: { limit, interval, burst = limit, key }, clock, use, metrics } = context;
    const rate: Rate = { limit, interval, burst };
    const keyOf = key === undefined ? () => "" : compiled(key, siteOf(context, ["key"]));
    const buckets = await use(name, () => new Buckets());
    return {
      in(payload) {
        const key = keyOf(payload);
        if (isError(key)) return key;
        const wait = buckets.take(key, clock.now(), rate);
        if (wait === 0) return payload;
        metrics.count("limited");
        const seconds = Math.ceil(wait) / 1_000;
        return failure(`too many requests: try again in ${seconds} s`, {
          code: "rate_limited",
          details: { status: 429, retryAfter: seconds },
        });
      },
    };
  },
});

/** Returns the key of a payload by an expression. @throws {Error} If that is invalid. */
function compiled(expression: string, site: ExpressionSite): (payload: Value) => string | Error {
  const keyOf = compileKey(expression, site);
  return (payload) => {
    const key = keyOf(payload);
    // the quotes of a string do not count
    const length = isError(key) ? 0 : key.startsWith('"') ? (JSON.parse(key) as string).length : key.length - 2;
    if (length <= LONGEST_KEY) return key;
    return failure(`invalid key of ${length} characters: expected at most ${LONGEST_KEY}`, { code: "invalid_payload" });
  };
}
