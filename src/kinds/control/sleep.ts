import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { duration } from "../../spec/mod.ts";

/** Passes packets on after a time. */
export const sleep: Kind = defineKind({
  name: "sleep",
  aliases: ["delay", "wait"],
  summary: "Passes the packet on after a time.",
  fields: z.object({
    interval: duration().describe("How long a packet waits."),
    concurrency: z.int().min(1).optional().describe(
      "How many packets of a process may wait at a time. Default 1: the next one waits when the one before has gone on.",
    ),
  }),
  fieldAliases: { for: "interval" },
  ports: { in: ["in"], out: ["out", "error"] },
  about:
    "Nothing is held up by the wait but the packets of the same process behind it. A process that ends takes its " +
    "waiting packets with it; the time limit of a process goes on while it waits.",
  examples: [
    { title: "Wait two seconds", spec: { kind: "sleep", interval: "2s" } },
    {
      title: "Delay each of many packets by the same time",
      spec: { kind: "sleep", interval: 500, concurrency: 1_000 },
    },
  ],
  check: ({ interval }) =>
    interval <= LONGEST ? [] : [{
      location: { path: ["interval"] },
      message: "invalid interval: expected at most 24d",
    }],
  prepare: ({ fields: { interval, concurrency }, clock }) => ({
    concurrency,
    in: async (payload, call) => {
      await clock.sleep(interval, call.signal);
      return payload;
    },
  }),
});

/** The longest time of a timer, in milliseconds: 24 days. */
const LONGEST = 24 * 86_400_000;
