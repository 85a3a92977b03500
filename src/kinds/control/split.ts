import { type Call, defineKind, type Kind, type Reply } from "@weft/weft/kind";
import { z } from "zod";
import { portName } from "../../spec/mod.ts";
import { type Answer, isList, merge, NONE, type Value } from "../../value/mod.ts";
import { errorAmong, sendEach } from "../each.ts";
import { isLinked, linkedOuts } from "../links.ts";
import { checkOutPort } from "../out_port.ts";
import { payloadError } from "../payload_error.ts";

const fields = z.object({
  separator: z.string().min(1).optional().describe(
    "Where a string is divided, for instance a line break. Without it, and without size, a string is a single part.",
  ),
  size: z.int().min(1).optional().describe(
    "How many items of a list, characters of a string or bytes a part has; the last may have fewer. With separator, how " +
      "many pieces of the string. Without it, each item of a list is a part.",
  ),
  port: portName().optional().describe(
    "The port that all parts are sent by. Without it part 0 goes to out[0], part 1 to out[1], ..., and parts without a " +
      "linked port are dropped.",
  ),
});

/** Sends the parts of a payload on. */
export const split: Kind = defineKind({
  name: "split",
  summary: "Sends the parts of a list, a string or bytes on: each by a port of its own, or all by one.",
  fields,
  ports: { in: ["in"], out: ["out[]", "error"] },
  about:
    "The answer is the merge of the answers to all parts, in their order: one as itself, several as a list, errors " +
    "joined. A payload that cannot be divided is a single part. To get a list in any case, or to do something with it, " +
    "use `for`.",
  portSummaries: {
    "out[]": "`out[0]`: the first part, `out[1]`: the second, ...; or all parts, if `port` says so.",
    error: "Payloads that are no string, if there is a separator.",
  },
  errors: { invalid_payload: "There is a separator, and the payload is no string." },
  examples: [
    { title: "Each item to a port of its own", spec: { kind: "split" } },
    { title: "All lines of a text by one port", spec: { kind: "split", separator: "\n", port: "out[0]" } },
    { title: "A list in chunks of 100", spec: { kind: "split", size: 100, port: "out[0]" } },
  ],
  check: ({ port }) => port === undefined ? [] : checkOutPort(port, ["port"]),
  prepare({ fields, ports }) {
    const outs = linkedOuts();
    const all = fields.port === undefined ? undefined : ports.out.named(fields.port);
    const answer = (_: Call, answers: readonly Answer[]): Reply => errorAmong(answers) ?? merge(answers);
    return {
      in(payload, call) {
        if (fields.separator !== undefined && typeof payload !== "string") {
          return payloadError("split", payload, "a string");
        }
        const parts = partsOf(payload, fields);
        if (all !== undefined) return isLinked(call, all) ? sendEach(call, all, parts, { then: answer }) : NONE;
        const sendings = outs(call).filter(({ index }) => index < parts.length)
          .map(({ index, port }) => ({ port, payload: parts[index]! }));
        return sendings.length === 0 ? NONE : call.sendAll(sendings);
      },
    };
  },
});

function partsOf(payload: Value, { separator, size }: z.infer<typeof fields>): readonly Value[] {
  if (typeof payload === "string" && separator !== undefined) {
    const pieces = payload.split(separator);
    return size === undefined ? pieces : chunks(pieces, size);
  }
  if (isList(payload)) return size === undefined ? payload : chunks(payload, size);
  if (size === undefined) return [payload];
  if (typeof payload === "string") return chunks(Array.from(payload), size).map((characters) => characters.join(""));
  return payload instanceof Uint8Array ? chunks(payload, size) : [payload];
}

/** Returns the parts of a list or of bytes that have so many items each. */
function chunks<T extends { readonly length: number; slice(from: number, to: number): T }>(
  whole: T,
  size: number,
): T[] {
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, at) => whole.slice(at * size, (at + 1) * size));
}
