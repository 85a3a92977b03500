import { type Call, defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import type { Packet } from "../../flow/mod.ts";
import { recordHandled } from "../../kind/engine/mod.ts";
import { type Answer, fullMessage, isError, NONE, type Value } from "../../value/mod.ts";

/** Sends a copy of a packet on in a process of its own. */
export const fork: Kind = defineKind({
  name: "fork",
  summary: "Sends a copy of the packet on in a child process and answers with nothing at once.",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out", "error"] },
  about: "What happens in the child does not change the answer. Its process, and with that what the process has to " +
    "commit, ends when the child has ended, and the child ends with it: at the time limit of the process, or when the " +
    "client of a request goes away before it was answered. An error that nothing handles is logged.",
  portSummaries: { out: "The packet, in the child process.", error: "The error of the child, in the child process." },
  examples: [{ title: "Do something beside", spec: { kind: "fork" } }],
  prepare(context) {
    const { fork, ports, log } = context;
    const run = async (call: Call, payload: Value) => {
      const child = fork(call);
      let answer: Answer = await (child.send(ports.out, payload) ?? NONE);
      if (isError(answer)) {
        const handled = child.send(ports.error, answer);
        if (handled !== undefined) recordHandled(context, call as Packet, ports.error, answer);
        answer = await (handled ?? answer);
      }
      // what ends with its process is told by that
      if (isError(answer) && !call.signal.aborted) log.error(`the forked packet failed: ${fullMessage(answer)}`, call);
      child.close(isError(answer) ? answer : undefined);
    };
    return {
      in(payload, call) {
        void run(call, payload);
        return NONE;
      },
    };
  },
});
