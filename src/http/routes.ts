import { failure } from "../value/mod.ts";
import { parsePattern, type Segment } from "./pattern.ts";
import type { Route, Router } from "./route.ts";
import { RouteTable, shapeKey } from "./route_table.ts";

/** A problem of one route. */
export interface RouteProblem {
  /** Which route, from 0. */
  index: number;
  what: string;
  hint: string;
}

const METHOD = /^[!#$%&'*+.^_`|~\w-]+$/;

/** Problems of a table: paths that are none, the same method and path twice. */
export function checkRoutes(routes: readonly Route[]): RouteProblem[] {
  const problems: RouteProblem[] = [];
  const seen = new Map<string, number>();
  for (const [index, route] of routes.entries()) {
    if (!METHOD.test(route.method ?? "*")) {
      problems.push({
        index,
        what: `${JSON.stringify(route.method)} is no method`,
        hint: "methods are words: `GET`, `POST`",
      });
    }
    const parsed = parsePattern(route.path);
    if ("problem" in parsed) {
      problems.push({ index, ...parsed.problem });
      continue;
    }
    const method = methodOf(route);
    const key = `${method} ${shapeKey(parsed.segments)}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    else problems.push({ index, what: `${describe(route)} is routed twice`, hint: again(routes[first]!, first) });
  }
  return problems;
}

function describe(route: Route): string {
  return `${methodOf(route) || "any method"} ${route.path || "/"}`;
}

function again(first: Route, index: number): string {
  return `routes[${index}], ${describe(first)}, takes the same requests: leave one out`;
}

/** Upper case; empty for any. */
function methodOf(route: Route): string {
  return route.method === undefined || route.method === "*" ? "" : route.method.toUpperCase();
}

/** Compiles a table. @throws {Failure} For the first problem that `checkRoutes` finds. */
export function compileRoutes(routes: readonly Route[]): Router {
  const [problem] = checkRoutes(routes);
  if (problem !== undefined) throw failure(`routes[${problem.index}]: ${problem.what}; ${problem.hint}`);
  const table = new RouteTable();
  for (const route of routes) {
    const { segments } = parsePattern(route.path) as { segments: Segment[] };
    table.add(methodOf(route), segments, route.port);
  }
  return table;
}
