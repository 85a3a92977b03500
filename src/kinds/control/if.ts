import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { checkCondition } from "../../language/mod.ts";
import { duration, prefixPath } from "../../spec/mod.ts";
import { isError } from "../../value/mod.ts";

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
  examples: [{ title: "Tell adults apart", spec: { kind: "if", when: "self.age >= 18" } }],
  check: ({ when }) => checkCondition(when).map((diagnostic) => prefixPath(["when"], diagnostic)),
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
