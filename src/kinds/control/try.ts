import { z } from "zod";
import type { Kind } from "../../flow/mod.ts";
import { isError } from "../../value/mod.ts";

/** Passes a packet on and catches the error that comes back. */
export const tryKind: Kind = {
  name: "try",
  summary: "Passes the packet on to out; an error that comes back goes to error, anything else is the answer.",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out", "error"] },
  prepare({ symbol }) {
    const out = symbol.out("out");
    const error = symbol.out("error");
    return {
      node: {
        receive: (packet) =>
          packet.send(out, packet.payload, (again, answer) => isError(answer) ? again.send(error, answer) : answer),
      },
    };
  },
};
