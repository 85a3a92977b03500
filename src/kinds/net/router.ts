import { defineKind, type Kind, SENT } from "@weft/weft/kind";
import { z } from "zod";
import {
  badRequest,
  checkRoutes,
  compileRoutes,
  methodNotAllowed,
  notFound,
  statusText,
  withParams,
} from "../../http/mod.ts";
import { portName } from "../../spec/mod.ts";
import { isMap, type Value, type ValueMap } from "../../value/mod.ts";
import { checkOutPort } from "../out_port.ts";

/** Sends a request to a port by its method and path. */
export const router: Kind = defineKind({
  name: "router",
  summary: "Sends a request to a port by its method and path, with the path's parameters as params.",
  fields: z.object({
    routes: z.array(z.strictObject({
      method: z.string().optional().describe("GET, POST, ...; any method if it is missing or `*`."),
      path: z.string().describe("A path: literals, `:name` for one segment, `*` for all that follows."),
      port: portName().describe("Where such a request goes: out[0], out[1], ..."),
    })).min(1).describe("Which requests go where; the most specific path wins."),
  }),
  ports: { in: ["in"], out: ["out[]", "error"] },
  about:
    "A literal segment wins over `:name`, and that over `*`, whatever the order of the routes. HEAD is answered by " +
    "the route of GET, and OPTIONS with the methods of the path. Parameters are percent-decoded and stand in `params` of " +
    "the payload.",
  portSummaries: {
    "out[]": "Requests of the routes that name this port, with `params`.",
    error: "The response to a request without a route: 404, 405 with `Allow`, or 400.",
  },
  examples: [{
    title: "Two routes",
    spec: {
      kind: "router",
      routes: [{ method: "GET", path: "/users/:id", port: "out[0]" }, { path: "/files/*", port: "out[1]" }],
    },
  }],
  check({ routes }) {
    return [
      ...checkRoutes(routes as Parameters<typeof checkRoutes>[0]).map(({ index, message, hint }) => ({
        location: { path: ["routes", index, "path"] },
        message,
        hint,
      })),
      ...routes.flatMap(({ port }, index) => checkOutPort(port, ["routes", index, "port"])),
    ];
  },
  prepare({ fields: { routes }, ports }) {
    const table = compileRoutes(routes as Parameters<typeof compileRoutes>[0]);
    const outs = new Map(routes.map(({ port }) => [port, ports.out.named(port)]));
    return {
      in(payload, call) {
        if (!isMap(payload) || typeof payload.method !== "string" || typeof payload.path !== "string") {
          throw new Error("invalid payload of a router: expected a request, a map with a method and a path");
        }
        const match = table.match(payload.method, payload.path);
        if ("port" in match) return call.send(outs.get(match.port)!, withParams(payload, match.params));
        const response = noRoute(match);
        return call.send(ports.error, response) === SENT ? SENT : unrouted(match, response);
      },
    };
  },
});

/** Returns the answer to a request without a route: an error, which goes to the port `error` of the listener. */
function unrouted({ status, allow = "" }: { status: number; allow?: string }, response: ValueMap): Value {
  if (status === 404) return notFound();
  if (status === 405) return methodNotAllowed(allow);
  return status === 400 ? badRequest("invalid percent-encoding in the path") : response;
}

/** Returns the response to a request without a route. */
function noRoute(match: { status: number; allow?: string }): ValueMap {
  const header: ValueMap = match.allow === undefined ? {} : { Allow: [match.allow] };
  if (match.status === 204) return { status: 204, header };
  return { status: match.status, header, body: statusText(match.status) };
}
