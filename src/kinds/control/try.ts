import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import type { Packet } from "../../flow/mod.ts";
import { recordHandled } from "../../kind/engine/mod.ts";
import { isError } from "../../value/mod.ts";

/** Passes a packet on and catches the error that comes back. */
export const tryKind: Kind = defineKind({
  name: "try",
  summary: "Passes the packet on to out; an error that comes back goes to error, anything else is the answer.",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out", "error"] },
  about:
    "Without a link of `error` the error is the answer. Errors that come back through several nodes are caught by " +
    "the nearest `try` on their way.",
  portSummaries: { out: "The packet, as it came.", error: "The error that came back." },
  examples: [{ title: "Catch an error", spec: { kind: "try" } }],
  prepare: (context) => ({
    in: {
      receive: (call) =>
        call.send(context.ports.out, call.payload, (again, answer) => {
          if (!isError(answer)) return answer;
          recordHandled(context, call as Packet, context.ports.error, answer);
          return again.send(context.ports.error, answer);
        }),
    },
  }),
});
