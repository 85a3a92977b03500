import { z } from "zod";
import { type Kind, oneToOne } from "../../flow/mod.ts";
import { languageOf, LANGUAGES } from "../../language/mod.ts";
import { duration, prefixPath } from "../../spec/mod.ts";
import type { ExecutorContext } from "../context.ts";

const fields = z.object({
  language: z.enum(Object.keys(LANGUAGES) as [string, ...string[]]).meta({
    description: "What the code is written in.",
  }),
  code: z.string().meta({
    description:
      "The code. text, json and yaml answer what it stands for; cel what it comes to, with the payload as `self`; " +
      "javascript and typescript what the function that they export by default returns for the payload.",
  }),
  timeout: duration().optional().meta({ description: "How long one call may take. Default 1s." }),
  isolate: z.boolean().optional().meta({
    description: "Whether it gets built-in objects of its own instead of sharing the frozen ones. Default false.",
  }),
});

/** Runs a piece of code on each payload. */
export const snippet: Kind<ExecutorContext> = {
  name: "snippet",
  summary: "Runs a piece of code on each payload and sends on what it answers.",
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  verbatim: ["code"],
  check({ language, code }) {
    return languageOf(String(language)).check(String(code)).map((diagnostic) => prefixPath(["code"], diagnostic));
  },
  prepare(context) {
    const { language, code, timeout, isolate = false } = fields.parse(context.fields);
    context.symbol.limit = timeout ?? 0;
    const program = context.compile({ language, code, at: ["code"], isolate });
    return { node: oneToOne(context.symbol, (payload, packet) => program.call(packet, payload)) };
  },
};
