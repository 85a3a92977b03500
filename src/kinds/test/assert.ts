import { type Call, defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import type { Process } from "../../flow/mod.ts";
import { duration, nodeId, portName } from "../../spec/mod.ts";
import { type Failure, failure, isError, isList } from "../../value/mod.ts";
import { CONDITION_ERRORS } from "../code_errors.ts";
import { payloadError } from "../payload_error.ts";
import { valueText } from "../value_text.ts";
import type { Recording } from "./frames.ts";

const fields = z.object({
  expect: z.string().describe("A CEL expression over `self`, the value: what has to hold."),
  target: z.strictObject({
    id: nodeId().optional().meta({ description: "The id of a node; it wins over the name." }),
    name: z.string().min(1).optional().meta({ description: "The name of a node." }),
    port: portName(),
  }).refine(({ id, name }) => id !== undefined || name !== undefined, "expected a name or an id").optional().meta({
    description: "A port whose next packet of the test is the value. Default: the value is the one that comes in.",
  }),
  timeout: duration().optional().describe("How long the condition may take. Default 1s."),
});

/** Lets a test pass where a condition holds, and fail where it does not. */
export const assertKind: Kind = defineKind({
  name: "assert",
  summary: "Answers with an error unless a condition holds, in a test.",
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  verbatim: ["expect"],
  about:
    "What comes in is a list of a value and a number: `[answer, -1]` from `out[1]` of a `test`. With `target` the " +
    "value is what has passed that port in the test, the first from that number on, so that asserts in a row look at " +
    "one packet after another. What goes on is a list of the value and the number of its packet.\n\n" +
    "Only weft test records what passes ports: with a `target`, an assert fails in an engine that serves. A node " +
    "inside another is named as in paths: `step/0`.",
  portSummaries: {
    in: "A value and the number of a packet: `[value, number]`.",
    out: "The value that the condition holds for, and the number of its packet.",
    error: "Why the condition does not hold, or could not be evaluated.",
  },
  errors: {
    ...CONDITION_ERRORS,
    assert_failed: "The condition does not hold, or nothing has passed the port.",
    invalid_payload: "The payload is no list of a value and a number.",
  },
  examples: [
    { title: "What the flow has answered", spec: { kind: "assert", expect: "self == 42" } },
    {
      title: "What a node has sent",
      spec: { kind: "assert", expect: "self.total > 0", target: { name: "sum", port: "out" } },
    },
  ],
  code: ({ expect }) => [{ language: "cel", code: expect, at: ["expect"] }],
  prepare(context) {
    const { fields: { expect, target, timeout }, condition } = context;
    const { frames } = context as Recording;
    const holds = condition({ code: expect, at: ["expect"], timeout });
    const find = (call: Call, index: number) => {
      const frame = frames === undefined ? null : frames.find(call.process as Process, target!, index);
      const port = `${target!.name ?? target!.id}.${target!.port}`;
      if (frame === undefined) return failed(`nothing has passed ${port}${index > 0 ? ` after packet ${index}` : ""}`);
      return frame ?? failed(`what passes ${port} is recorded by weft test only`);
    };
    return {
      in(given, call) {
        const [payload = null, index] = isList(given) ? given : [];
        if (typeof index !== "number" || !Number.isInteger(index)) {
          return payloadError("assert", given, "a list of a value and the number of a packet");
        }
        const found = target === undefined ? { payload, index } : find(call, index);
        if (isError(found)) return found;
        const result = holds.call(call, found.payload);
        if (isError(result)) return result;
        return result === true
          ? [found.payload, found.index]
          : failed(`${expect} is false for ${valueText(found.payload, SHOWN)}`);
      },
    };
  },
});

/** How long a value in a message may be, in characters. */
const SHOWN = 200;

function failed(why: string): Failure {
  return failure(`assert failed: ${why}`, { code: "assert_failed" });
}
