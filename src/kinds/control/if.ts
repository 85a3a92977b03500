import { z } from "zod";
import type { Kind } from "../../flow/mod.ts";
import { checkCondition } from "../../language/mod.ts";
import { duration, prefixPath } from "../../spec/mod.ts";
import { isError } from "../../value/mod.ts";
import type { ExecutorContext } from "../context.ts";

const fields = z.object({
  when: z.string().meta({ description: "A CEL expression over `self`, the payload. True goes to out[0]." }),
  timeout: duration().optional().meta({ description: "How long the condition may take. Default 1s." }),
});

/** Sends a packet one way or the other. */
export const ifKind: Kind<ExecutorContext> = {
  name: "if",
  summary: "Sends the packet to out[0] where the condition holds, else to out[1].",
  fields,
  ports: { in: ["in"], out: ["out[]", "error"] },
  verbatim: ["when"],
  check: ({ when }) => checkCondition(String(when)).map((diagnostic) => prefixPath(["when"], diagnostic)),
  prepare(context) {
    const { when, timeout } = fields.parse(context.fields);
    const { symbol } = context;
    symbol.limit = timeout ?? 0;
    const condition = context.condition(when, ["when"]);
    const [then, otherwise, error] = [symbol.out("out[0]"), symbol.out("out[1]"), symbol.out("error")];
    return {
      node: {
        receive(packet) {
          const holds = condition.call(packet, packet.payload);
          if (isError(holds)) return packet.send(error, holds);
          return packet.send(holds === true ? then : otherwise, packet.payload);
        },
      },
    };
  },
};
