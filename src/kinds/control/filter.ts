import { type Call, defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { isTruthy } from "../../language/mod.ts";
import { isError, isList, NONE, type Value } from "../../value/mod.ts";
import { CODE_ERRORS } from "../code_errors.ts";
import { codeFields } from "../code_fields.ts";
import { ItemRunner } from "../item_runner.ts";
import { sendResult } from "../leave.ts";

/** Lets through what a condition holds for. */
export const filter: Kind = defineKind({
  name: "filter",
  summary: "Lets the items of a list through for which a condition holds, or a payload that is no list.",
  fields: z.object({
    when: z.string().describe(
      "The condition: an expression over the item, `self`, or a module that exports a function by default, which is called " +
        "with the item.",
    ),
    ...codeFields,
  }),
  ports: { in: ["in"], out: ["out", "error"] },
  verbatim: ["when"],
  about: "A list goes on as a list of the items that are left, which may be empty. A payload that is no list, or of " +
    "which `each: false` makes one, goes on as it is or is dropped: the answer is nothing then. To send it another way, " +
    "use `if`. A value that is no boolean counts as true unless it is null, zero, or an empty string, list or map.",
  portSummaries: { out: "The items for which it holds, or the payload.", error: "The error of the condition." },
  errors: CODE_ERRORS,
  examples: [
    { title: "Adults only", spec: { kind: "filter", when: "self.age >= 18" } },
    {
      title: "The same in JavaScript",
      spec: { kind: "filter", language: "javascript", when: "export default ({ age }) => age >= 18" },
    },
    { title: "Lists that are not empty", spec: { kind: "filter", each: false, when: "size(self) > 0" } },
  ],
  code: ({ language, when }) => [{ language, code: when, at: ["when"] }],
  prepare(context) {
    const { fields: { language, when, each, timeout }, compile, clock } = context;
    const program = compile({ language, code: when, at: ["when"], timeout });
    const holds = (value: Value): Value => isError(value) ? value : isTruthy(value);
    const test = (call: Call, item: Value): Value | Promise<Value> => {
      const result = program.call(call, item);
      return result instanceof Promise ? result.then(holds) : holds(result);
    };
    const runner = new ItemRunner(test, clock);
    return {
      in: {
        receive(call) {
          const { payload } = call;
          if (each && isList(payload)) {
            return runner.run(call, payload, (call, results) => {
              return sendResult(
                context,
                call,
                isError(results) ? results : payload.filter((_, at) => results[at] === true),
              );
            });
          }
          const leave = (result: Value) =>
            sendResult(context, call, isError(result) ? result : result === true ? payload : NONE);
          const result = test(call, payload);
          return result instanceof Promise ? result.then(leave) : leave(result);
        },
      },
    };
  },
});
