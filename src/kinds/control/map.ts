import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { isList, type Value } from "../../value/mod.ts";
import { CODE_ERRORS } from "../code_errors.ts";
import { codeFields } from "../code_fields.ts";
import { ItemRunner } from "../item_runner.ts";
import { sendResult } from "../leave.ts";

/** Runs code on each item of a list. */
export const map: Kind = defineKind({
  name: "map",
  summary: "Sends on what code makes of each item of a list, or of a payload that is no list.",
  fields: z.object({
    code: z.string().describe(
      "The code: an expression over the item, `self`, or a module that exports a function by default, which is called with " +
        "the item.",
    ),
    ...codeFields,
  }),
  ports: { in: ["in"], out: ["out", "error"] },
  verbatim: ["code"],
  about:
    "The results are a list in the order of the items. Items run one after another, in this node; to send each of " +
    "them to other nodes, use `for`. The first error of an item ends the list; its message says which item it was.",
  portSummaries: { out: "The list of the results, or the result.", error: "The error of an item." },
  errors: CODE_ERRORS,
  examples: [
    { title: "The name of each user", spec: { kind: "map", code: "self.name" } },
    {
      title: "The same in JavaScript",
      spec: { kind: "map", language: "javascript", code: "export default ({ name }) => name.trim()" },
    },
    {
      title: "One value of the whole list",
      spec: { kind: "map", each: false, code: "{'count': size(self), 'items': self}" },
    },
  ],
  code: ({ language, code }) => [{ language, code, at: ["code"] }],
  prepare(context) {
    const { fields: { language, code, each, timeout }, compile, clock } = context;
    const program = compile({ language, code, at: ["code"], timeout });
    const runner = new ItemRunner((call, item) => program.call(call, item), clock);
    return {
      in: {
        receive(call) {
          const { payload } = call;
          if (each && isList(payload)) {
            return runner.run(call, payload, (call, results) => sendResult(context, call, results));
          }
          const result = program.call(call, payload);
          const leave = (result: Value) => sendResult(context, call, result);
          return result instanceof Promise ? result.then(leave) : leave(result);
        },
      },
    };
  },
});
