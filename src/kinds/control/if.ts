import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { duration } from "../../spec/mod.ts";
import { isError } from "../../value/mod.ts";
import { CONDITION_ERRORS } from "../code_errors.ts";

/** Sends a packet one way or the other. */
export const ifKind: Kind = defineKind({
  name: "if",
  summary: "Sends the packet to out[0] where the condition holds, else to out[1].",
  fields: z.object({
    when: z.string().describe("A CEL expression over `self`, the payload. True goes to out[0]."),
    timeout: duration().optional().describe("How long the condition may take. Default 1s."),
  }),
  ports: { in: ["in"], out: ["out[]", "error"] },
  verbatim: ["when"],
  about: "A value that is no boolean counts as true unless it is false, null, zero, or an empty string, list or map. " +
    "What the condition may use is in [CEL](../cel.md).",
  portSummaries: {
    "out[]": "`out[0]` if the condition holds, else `out[1]`; the payload goes on as it is.",
    error: "The error of the condition.",
  },
  errors: CONDITION_ERRORS,
  examples: [{ title: "Tell adults apart", spec: { kind: "if", when: "self.age >= 18" } }],
  code: ({ when }) => [{ language: "cel", code: when, at: ["when"] }],
  prepare({ fields: { when, timeout }, ports, condition }) {
    const holds = condition({ code: when, at: ["when"], timeout });
    const [then, otherwise] = [ports.out.at(0), ports.out.at(1)];
    return {
      in(payload, call) {
        const result = holds.call(call, payload);
        if (isError(result)) return result;
        return call.send(result === true ? then : otherwise, payload);
      },
    };
  },
});
