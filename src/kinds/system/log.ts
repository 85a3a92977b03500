import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { valueText } from "../value_text.ts";

/** Writes its payload to the log and passes it on. */
export const log: Kind = defineKind({
  name: "log",
  summary: "Writes the payload to the log and passes it on.",
  place: "host",
  effect: "none",
  fields: z.object({
    level: z.enum(["debug", "info", "warn", "error"]).default("info").describe("The level of the line."),
    message: z.string().optional().describe("What the line begins with."),
  }),
  ports: { in: ["in"], out: ["out", "error"] },
  about:
    "Values are written as JSON, errors with the messages of their causes, bytes as their number. A line has the id " +
    "of the process and the name of the node.",
  examples: [{ title: "Watch what passes", spec: { kind: "log", message: "order" } }],
  prepare({ fields: { level, message }, log }) {
    return {
      in(payload, call) {
        const text = valueText(payload, LENGTH);
        log[level](message === undefined ? text : `${message}: ${text}`, call);
        return payload;
      },
    };
  },
});

/** How long a line may get, in characters. */
const LENGTH = 10_000;
