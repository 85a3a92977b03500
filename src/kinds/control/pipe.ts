import { type Call, defineKind, type Kind, type Reply } from "@weft/weft/kind";
import { z } from "zod";
import { isError, NONE, type Value } from "../../value/mod.ts";
import { sendError } from "../leave.ts";
import { linkedOuts } from "../links.ts";

/** Sends a packet by one port, and what it is answered with by the next. */
export const pipe: Kind = defineKind({
  name: "pipe",
  aliases: ["call"],
  summary: "Sends the packet by out[0], its answer by out[1], and so on; the last answer is its own.",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out[]", "error"] },
  about:
    "Ports that are not linked are passed over; where none is, the packet itself is the answer. Where there is no " +
    "answer, the next port gets null. An error ends the row: it goes by `error`, or is the answer.",
  portSummaries: {
    "out[]": "`out[0]`: the packet. Each further one: the answer to what the one before it has sent.",
    error: "The error that came back from any of them.",
  },
  examples: [{ title: "Call one node, then another with its answer", spec: { kind: "pipe" } }],
  prepare(context) {
    const outs = linkedOuts();
    const step = (call: Call, at: number, payload: Value): Reply => {
      const linked = outs(call);
      const out = linked[at];
      if (out === undefined) return payload;
      return call.send(out.port, payload, (again, answer) => {
        if (isError(answer)) return sendError(context, again, answer);
        if (at + 1 === linked.length) return answer;
        return step(again, at + 1, answer === NONE ? null : answer);
      });
    };
    return { in: { receive: (call) => step(call, 0, call.payload) } };
  },
});
