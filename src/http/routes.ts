import { failure } from "../value/mod.ts";
import { TOKEN } from "./header_syntax.ts";
import { parsePattern, type Segment } from "./pattern.ts";
import type { Route, Router } from "./route.ts";
import { RouteTable, shapeKey } from "./route_table.ts";

/** A diagnostic of one route. */
export interface RouteDiagnostic {
  /** The index of the route. */
  index: number;
  message: string;
  hint: string;
}

/** Checks routes: reports invalid methods and paths, and routes that match the same requests. */
export function checkRoutes(routes: readonly Route[]): RouteDiagnostic[] {
  const diagnostics: RouteDiagnostic[] = [];
  const seen = new Map<string, number>();
  for (const [index, route] of routes.entries()) {
    if (!TOKEN.test(route.method ?? "*")) {
      diagnostics.push({
        index,
        message: `invalid method ${JSON.stringify(route.method)}`,
        hint: "expected a method such as `GET` or `POST`",
      });
    }
    const parsed = parsePattern(route.path);
    if ("diagnostic" in parsed) {
      diagnostics.push({ index, ...parsed.diagnostic });
      continue;
    }
    const method = methodOf(route);
    const key = `${method} ${shapeKey(parsed.segments)}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else diagnostics.push({ index, message: `duplicate route ${describe(route)}`, hint: again(routes[first]!, first) });
  }
  return diagnostics;
}

function describe(route: Route): string {
  return `${methodOf(route) || "any method"} ${route.path || "/"}`;
}

function again(first: Route, index: number): string {
  return `routes[${index}], ${describe(first)}, matches the same requests; remove one of them`;
}

/** Returns the method of a route in upper case, empty for any method. */
function methodOf(route: Route): string {
  return route.method === undefined || route.method === "*" ? "" : route.method.toUpperCase();
}

/** Compiles routes to a router. @throws {Failure} For the first diagnostic of `checkRoutes`. */
export function compileRoutes(routes: readonly Route[]): Router {
  const [diagnostic] = checkRoutes(routes);
  if (diagnostic !== undefined) {
    throw failure(`routes[${diagnostic.index}]: ${diagnostic.message}; ${diagnostic.hint}`);
  }
  const table = new RouteTable();
  for (const route of routes) {
    const { segments } = parsePattern(route.path) as { segments: Segment[] };
    table.add(methodOf(route), segments, route.port);
  }
  return table;
}
