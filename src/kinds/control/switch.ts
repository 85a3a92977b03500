import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { duration, portName } from "../../spec/mod.ts";
import { isError, NONE } from "../../value/mod.ts";
import { CONDITION_ERRORS } from "../code_errors.ts";
import { checkOutPort } from "../out_port.ts";

/** Sends a packet to the port of the first condition that holds. */
export const switchKind: Kind = defineKind({
  name: "switch",
  summary:
    "Sends the packet to the port of the first condition that holds; where none does, the answer is none, or the error that came.",
  fields: z.object({
    matches: z.array(z.strictObject({
      when: z.string().describe("A CEL expression over `self`, the payload."),
      port: portName().describe("Where the packet goes if it holds: out[0], out[1], ..."),
    })).min(1).describe("Conditions in order; the first that holds decides."),
    timeout: duration().optional().describe("How long one condition may take. Default 1s."),
  }),
  fieldAliases: { match: "matches" },
  ports: { in: ["in"], out: ["out[]", "error"] },
  verbatim: ["matches[].when"],
  about: "Conditions are tried in order. What they may use is in [CEL](../cel.md).",
  portSummaries: {
    "out[]": "The port of the first condition that holds; the payload goes on as it is.",
    error: "The error of a condition.",
  },
  errors: CONDITION_ERRORS,
  examples: [{
    title: "Three ways",
    spec: {
      kind: "switch",
      matches: [{ when: "self < 0", port: "out[0]" }, { when: "self > 0", port: "out[1]" }, {
        when: "true",
        port: "out[2]",
      }],
    },
  }],
  code: ({ matches }) =>
    matches.map(({ when }, index) => ({ language: "cel", code: when, at: ["matches", index, "when"] })),
  check: ({ matches }) => matches.flatMap(({ port }, index) => checkOutPort(port, ["matches", index, "port"])),
  prepare({ fields: { matches, timeout }, ports, condition }) {
    const cases = matches.map(({ when, port }, index) => ({
      holds: condition({ code: when, at: ["matches", index, "when"], timeout }),
      port: ports.out.named(port),
    }));
    return {
      in(payload, call) {
        for (const { holds, port } of cases) {
          const result = holds.call(call, payload);
          if (isError(result)) return result;
          if (result === true) return call.send(port, payload);
        }
        // a request must not go back to its client, but an error that nobody handles is not lost
        return isError(payload) ? payload : NONE;
      },
    };
  },
});
