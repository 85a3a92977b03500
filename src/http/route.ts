import type { ValueMap } from "../value/mod.ts";

/** A route, as a spec has it. */
export interface Route {
  /** In any case. Absent or `*` is any method. */
  method?: string | undefined;
  /** As `parsePattern` reads it. */
  path: string;
  /** Where its requests go: `out[0]`. */
  port: string;
}

/** What a request matched, or the status to answer it with. */
export type RouteMatch =
  | { readonly port: string; readonly params: ValueMap }
  /** The path has an escape that is none or spells no UTF-8. */
  | { readonly status: 400 }
  | { readonly status: 404 }
  /** The path has other methods; or (204) OPTIONS asks for them. `allow` is the header: `GET, HEAD, OPTIONS`. */
  | { readonly status: 405 | 204; readonly allow: string };

/**
 * Finds the route of a request. Of several that match, position by position a literal wins over a parameter and a
 * parameter over the rest (`*`); a route that lacks the method does not hide a wider one that has it. Paths are matched
 * decoded, segment by segment: an encoded slash is a character of its segment. A slash at the end counts. HEAD goes
 * where GET goes unless it has a route; OPTIONS without one answers what the path allows.
 *
 * @example
 * ```ts
 * const router = compileRoutes([{ method: "GET", path: "/users/:id", port: "out[0]" }]);
 * router.match("GET", "/users/7"); // { port: "out[0]", params: { id: "7" } }
 * router.match("POST", "/users/7"); // { status: 405, allow: "GET, HEAD, OPTIONS" }
 * ```
 */
export interface Router {
  /** @param path As sent, percent-encoded, without the query. */
  match(method: string, path: string): RouteMatch;
}
