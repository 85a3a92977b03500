import { z } from "zod";
import type { Kind } from "../../flow/mod.ts";
import { checkCondition } from "../../language/mod.ts";
import { duration, normalizePort, portName, prefixPath } from "../../spec/mod.ts";
import { isError } from "../../value/mod.ts";
import type { ExecutorContext } from "../context.ts";
import { checkOutPort } from "../out_port.ts";

const fields = z.object({
  matches: z.array(z.strictObject({
    when: z.string().meta({ description: "A CEL expression over `self`, the payload." }),
    port: portName().meta({ description: "Where the packet goes if it holds: out[0], out[1], ..." }),
  })).min(1).meta({ description: "Conditions in order; the first that holds decides." }),
  timeout: duration().optional().meta({ description: "How long one condition may take. Default 1s." }),
});

const ports = { in: ["in"], out: ["out[]", "error"] };

/** Sends a packet where the first condition that holds says. */
export const switchKind: Kind<ExecutorContext> = {
  name: "switch",
  summary: "Sends the packet to the port of the first condition that holds; where none does, it goes back as it came.",
  fields,
  fieldAliases: { match: "matches" },
  ports,
  verbatim: ["matches[].when"],
  check(given) {
    return fields.parse(given).matches.flatMap(({ when, port }, index) => [
      ...checkCondition(when).map((diagnostic) => prefixPath(["matches", index, "when"], diagnostic)),
      ...checkOutPort(port, ["matches", index, "port"]),
    ]);
  },
  prepare(context) {
    const { matches, timeout } = fields.parse(context.fields);
    const { symbol } = context;
    symbol.limit = timeout ?? 0;
    const error = symbol.out("error");
    const ways = matches.map(({ when, port }, index) => ({
      condition: context.condition(when, ["matches", index, "when"]),
      port: symbol.out(normalizePort(port, ports.out) ?? port),
    }));
    return {
      node: {
        receive(packet) {
          const payload = packet.payload;
          for (const { condition, port } of ways) {
            const holds = condition.call(packet, payload);
            if (isError(holds)) return packet.send(error, holds);
            if (holds === true) return packet.send(port, payload);
          }
          return payload;
        },
      },
    };
  },
};
