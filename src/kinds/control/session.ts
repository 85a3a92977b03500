import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import type { Outcome, OutPort, Packet, Process } from "../../flow/mod.ts";
import { type Answer, isError, NONE, type Value } from "../../value/mod.ts";
import { internalsOf } from "../internals.ts";

/** What is kept for a process. */
interface Stored {
  readonly value: Value;
  /** The port of the node in the generation of the process: a later one is not linked there. */
  readonly out: OutPort;
}

/** Keeps a value for each process, and sends it on with what others send. */
export const session: Kind = defineKind({
  name: "session",
  summary: "Keeps a value for each process; what comes by in goes to all of these processes, each with its value.",
  place: "host",
  effect: "once",
  ordered: false,
  fields: z.object({}),
  ports: { in: ["in", "io"], out: ["out"] },
  about:
    "A packet to `io` stores its payload for its process, in place of an earlier one, and is answered with nothing. " +
    "The value is kept until the process ends.\n\n" +
    "A packet to `in`, of any process, is sent to every process that has a value: in a child of that process, as the list " +
    "`[value, payload]` by `out`. When all are answered, the packet is answered with nothing; an error fails the child " +
    "only, and is logged. A change of the node keeps what is stored.",
  portSummaries: {
    io: "What is kept for the process of the packet.",
    out: "`[value, payload]`, in a child of each process that has a value.",
  },
  examples: [{ title: "Send something to every open connection", spec: { kind: "session" } }],
  async prepare(context) {
    const { name, use } = context;
    const { flow, fork, failed, symbol } = internalsOf(context);
    const values = await use(name, () => new Map<Process, Stored>());
    const out = symbol.out("out");
    const sendTo = async (process: Process, { value, out }: Stored, payload: Value) => {
      const child = fork(process);
      const answer = await new Promise<Answer>((resolve) => {
        const answered = (_: Packet, outcome: Outcome) => resolve(outcome as Answer);
        if (!flow.emit(child, out, [value, payload], { answered })) resolve(NONE);
      });
      const error = isError(answer) ? answer : undefined;
      // a process that has ended meanwhile tells that itself
      if (error !== undefined && process.status === "running") failed(child, error);
      flow.close(child, error);
      await child.ended;
    };
    return {
      io(payload, call) {
        const process = call.process as Process;
        if (!values.has(process)) {
          process.signal.addEventListener("abort", () => values.delete(process), { once: true });
        }
        values.set(process, { value: payload, out });
        return NONE;
      },
      async in(payload): Promise<Answer> {
        const open = [...values].filter(([process]) => process.status === "running");
        await Promise.all(open.map(([process, stored]) => sendTo(process, stored, payload)));
        return NONE;
      },
    };
  },
});
