import { findHeader } from "../../http/mod.ts";
import { failure, Stream } from "../../value/mod.ts";
import type { HttpAnswer } from "./http_answer.ts";
import type { HttpRequest } from "./http_client.ts";

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const CREDENTIALS = ["Authorization", "Cookie", "Proxy-Authorization"];
const OF_BODY = ["Content-Type", "Content-Encoding", "Content-Language", "Content-Location"];

/**
 * Returns the request that a redirect asks for; undefined if the answer is no redirect. 303 becomes GET, and a POST does
 * with 301 and 302, as browsers have it; 307 and 308 repeat the request. To another origin go neither credentials nor
 * what the connection adds.
 *
 * @param own The names of the headers that are for the origin of the connection alone.
 * @throws {Failure} `redirect`, if the request cannot be sent there.
 */
export function redirected(
  request: HttpRequest,
  { status, headers }: HttpAnswer,
  own: Iterable<string>,
): HttpRequest | undefined {
  const location = findHeader(headers, "location");
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  const url = URL.parse(location, request.url);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw failure(`the server redirects to ${JSON.stringify(location.slice(0, 200))}: expected an address of HTTP`, {
      code: "redirect",
    });
  }
  url.username = "";
  url.password = "";
  const { method } = request;
  const isGet = status === 303 ? method !== "HEAD" : (status === 301 || status === 302) && method === "POST";
  const next = new Map(request.headers);
  if (isGet) { for (const name of OF_BODY) next.delete(name); }
  if (url.origin !== request.url.origin) { for (const name of [...CREDENTIALS, ...own]) next.delete(name); }
  if (isGet) return { method: "GET", url, headers: next, body: undefined };
  if (isOneShot(request)) {
    throw failure("the server redirects a request whose body is a stream, which cannot be sent again", {
      code: "redirect",
    });
  }
  return { ...request, url, headers: next };
}

/** Reports whether the body of a request can be sent once only. */
export function isOneShot({ body }: HttpRequest): boolean {
  return body?.content instanceof Stream || Array.isArray(body?.content);
}
