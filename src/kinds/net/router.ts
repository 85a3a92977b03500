import { z } from "zod";
import type { Kind } from "../../flow/mod.ts";
import { checkRoutes, compileRoutes, withParams } from "../../http/mod.ts";
import { normalizePort, portName } from "../../spec/mod.ts";
import { isMap, type ValueMap } from "../../value/mod.ts";
import { checkOutPort } from "../out_port.ts";

const fields = z.object({
  routes: z.array(z.strictObject({
    method: z.string().optional().meta({ description: "GET, POST, ...; any method if it is not given or `*`." }),
    path: z.string().meta({ description: "A path: literals, `:name` for one segment, `*` for all that follows." }),
    port: portName().meta({ description: "Where such a request goes: out[0], out[1], ..." }),
  })).min(1).meta({ description: "Which requests go where; the most specific path wins." }),
});

const ports = { in: ["in"], out: ["out[]", "error"] };

/** Sends a request where its method and path say. */
export const router: Kind = {
  name: "router",
  summary: "Sends a request to a port by its method and path, with the path's parameters as params.",
  fields,
  ports,
  check(given) {
    const { routes } = fields.parse(given);
    return [
      ...checkRoutes(routes as Parameters<typeof checkRoutes>[0]).map(({ index, what, hint }) => ({
        location: { path: ["routes", index, "path"] },
        message: what,
        hint,
      })),
      ...routes.flatMap(({ port }, index) => checkOutPort(port, ["routes", index, "port"])),
    ];
  },
  prepare(context) {
    const { routes } = fields.parse(context.fields);
    const { symbol } = context;
    const table = compileRoutes(routes as Parameters<typeof compileRoutes>[0]);
    const outs = new Map(routes.map(({ port }) => [port, symbol.out(normalizePort(port, ports.out) ?? port)]));
    const error = symbol.out("error");
    return {
      node: {
        receive(packet) {
          const payload = packet.payload;
          if (!isMap(payload) || typeof payload.method !== "string" || typeof payload.path !== "string") {
            throw new Error("a router takes requests: maps with a method and a path");
          }
          const match = table.match(payload.method, payload.path);
          if ("port" in match) return packet.send(outs.get(match.port)!, withParams(payload, match.params));
          return packet.send(error, refusal(match));
        },
      },
    };
  },
};

/** A response that says why there is no route. */
function refusal(match: { status: number; allow?: string }): ValueMap {
  const header = match.allow === undefined ? {} : { Allow: [match.allow] };
  if (match.status === 204) return { status: 204, header };
  const reasons: Record<number, string> = { 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed" };
  return { status: match.status, header, body: reasons[match.status] ?? "" };
}
