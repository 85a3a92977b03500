import type { ValueMap } from "../value/mod.ts";

/** A route as declared in a spec. */
export interface Route {
  /** In upper or lower case. Absent or `*` for any method. */
  method?: string | undefined;
  /** A pattern as parsed by `parsePattern`. */
  path: string;
  /** The out port for its requests: `out[0]`. */
  port: string;
}

/** The route that a request matched, or the status to answer it with. */
export type RouteMatch =
  | { readonly port: string; readonly params: ValueMap }
  /** The path contains an invalid escape. */
  | { readonly status: 400 }
  | { readonly status: 404 }
  /** 405: the path has other methods only. 204: OPTIONS asks for them. `allow` is the header: `GET, HEAD, OPTIONS`. */
  | { readonly status: 405 | 204; readonly allow: string };

/**
 * Finds the route of a request. If several match, segment by segment a literal wins over a parameter and a parameter
 * over the rest (`*`). A route without the request's method does not hide a less specific one that has it. Paths are decoded
 * and matched segment by segment: an encoded slash is a character of its segment. A trailing slash is significant. HEAD
 * uses the route of GET unless it has its own; OPTIONS without a route returns the methods of the path.
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
