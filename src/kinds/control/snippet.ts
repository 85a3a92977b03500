import { type Call, defineKind, type Kind, type Reply, SENT } from "@weft/weft/kind";
import { z } from "zod";
import { parseMediaType, withContentType } from "../../http/mod.ts";
import { LANGUAGES } from "../../language/mod.ts";
import { duration } from "../../spec/mod.ts";
import { type Answer, isError, NONE } from "../../value/mod.ts";
import { CODE_ERRORS } from "../code_errors.ts";

const HTML = "text/html; charset=utf-8";

/** Runs a piece of code on each payload. */
export const snippet: Kind = defineKind({
  name: "snippet",
  replaces: ["reduce"],
  summary: "Runs a piece of code on each payload and sends on what it returns.",
  fields: z.object({
    language: z.enum(Object.keys(LANGUAGES) as [string, ...string[]]).describe("What the code is written in."),
    code: z.string().describe(
      "The code. text, html, json and yaml stand for the value they describe; cel is an expression over the payload, " +
        "`self`; javascript and typescript export a function by default, which is called with the payload.",
    ),
    type: z.string().optional().describe(
      "The content type of the result as an answer, for instance text/css. Default text/html for html, otherwise that " +
        "of the value.",
    ),
    timeout: duration().optional().describe("How long one call may take. Default 1s."),
    isolate: z.boolean().optional().describe(
      "Whether the code gets built-in objects of its own instead of sharing the frozen ones. Default false.",
    ),
  }),
  ports: { in: ["in"], out: ["out", "error"] },
  verbatim: ["code"],
  about: "Templates are not evaluated in `code`. What JavaScript and TypeScript may use is in " +
    "[snippets](../snippets.md), what CEL may use in [CEL](../cel.md). The top level of a module runs once, when the " +
    "change that brings it is prepared; a change whose code fails there is rejected.",
  portSummaries: { out: "What the code returns.", error: "What the code throws, and calls that were stopped." },
  errors: CODE_ERRORS,
  examples: [
    { title: "A constant", spec: { kind: "snippet", language: "text", code: "pong" } },
    { title: "A function", spec: { kind: "snippet", language: "javascript", code: "export default (n) => n + 1" } },
    { title: "An expression", spec: { kind: "snippet", language: "cel", code: "self.price * self.count" } },
    {
      title: "A response to a request",
      spec: {
        kind: "snippet",
        language: "typescript",
        code: "export default ({ query }: { query: Record<string, string[]> }) => ({ status: 201, body: query });",
        timeout: "200ms",
      },
    },
    {
      title: "A style sheet",
      spec: { kind: "snippet", language: "text", type: "text/css", code: "body { margin: 0 }" },
    },
  ],
  code: ({ language, code }) => [{ language, code, at: ["code"] }],
  check: ({ type }) =>
    type === undefined || parseMediaType(type) !== undefined ? [] : [{
      location: { path: ["type"] },
      message: `invalid type ${JSON.stringify(type)}: expected a media type such as text/css`,
    }],
  prepare(
    { fields: { language, code, type = language === "html" ? HTML : undefined, timeout, isolate }, compile, ports },
  ) {
    const program = compile({ language, code, at: ["code"], timeout, isolate });
    const pass = (result: Answer, call: Call): Reply => {
      // what follows gets null; where nothing does, there is no answer
      if (result === NONE) return call.send(ports.out, null) === SENT ? SENT : NONE;
      if (type === undefined || isError(result)) return result;
      const sent = call.send(ports.out, result);
      return sent === SENT ? SENT : withContentType(result, type);
    };
    return {
      in(payload, call) {
        const result = program.answer(call, payload);
        return result instanceof Promise ? result.then((result) => pass(result, call)) : pass(result, call);
      },
    };
  },
});
