import { type Call, defineKind, type Kind, type Reply } from "@weft/weft/kind";
import { z } from "zod";
import { isError } from "../../value/mod.ts";
import { sendError } from "../leave.ts";
import { isLinked } from "../links.ts";
import { isRetried, retryDelay, retryFields } from "../retry_fields.ts";

/** Sends a packet again as long as it is answered with an error. */
export const retry: Kind = defineKind({
  name: "retry",
  summary: "Sends the packet by out, and again after a wait as long as the answer is an error.",
  fields: z.object({
    ...retryFields,
    threshold: z.int().min(0).max(999).optional().describe(
      "How often it is tried again, at once: an older way to write attempts, of one more, and no delay.",
    ),
  }),
  fieldAliases: { limit: "threshold" },
  ports: { in: ["in"], out: ["out", "error"] },
  about:
    "Each wait is `factor` times as long as the one before. An error that says in its details how many seconds to " +
    "wait, as `retryAfter`, is waited for that long. Waiting holds up nothing else. Code that exceeds its time limit " +
    "ends its process, so that there is nobody to try again.",
  portSummaries: {
    out: "The packet, once for each attempt.",
    error: "The error of the last attempt, and errors that are not among `on`.",
  },
  examples: [
    { title: "Three attempts", spec: { kind: "retry" } },
    {
      title: "Try again for a while where it may help",
      spec: {
        kind: "retry",
        attempts: 8,
        delay: "200ms",
        factor: 2,
        max: "5s",
        jitter: 0.5,
        on: ["timeout", 429, 503],
      },
    },
  ],
  prepare(context) {
    const { ports, clock, random, metrics } = context;
    const { threshold, ...given } = context.fields;
    const fields = threshold === undefined ? given : { ...given, attempts: threshold + 1, delay: 0 };
    const attempt = (call: Call, attempts: number): Reply =>
      call.send(ports.out, call.payload, (again, answer) => {
        if (!isError(answer)) return answer;
        if (isRetried(answer, attempts, fields)) {
          metrics.count("retries");
          const wait = retryDelay(answer, attempts, fields, fields.jitter === 0 ? 0 : random.number());
          if (wait <= 0) return attempt(again, attempts + 1);
          return clock.sleep(wait, again.signal).then(() => attempt(again, attempts + 1));
        }
        return sendError(context, again, answer);
      });
    return {
      // packets that wait hold up no others
      concurrency: Infinity,
      in: { receive: (call) => isLinked(call, ports.out) ? attempt(call, 1) : call.payload },
    };
  },
});
