import { forbiddenOrigin, payloadHeader } from "../../http/mod.ts";
import type { ValueMap } from "../../value/mod.ts";
import type { Origins } from "../net/origins.ts";

/** Methods that change nothing, so that anybody's page may send them. */
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Reports whether a request may change something; so may one that opens a WebSocket, whose page reads what comes. */
export function mayChange(request: ValueMap): boolean {
  if (!SAFE.has(String(request.method))) return true;
  return /\bwebsocket\b/i.test(payloadHeader(request, "Upgrade") ?? "");
}

/**
 * Lets a request pass that no page of another origin has sent: a browser says so by `Sec-Fetch-Site`, an older one by
 * `Origin` or `Referer`. What says neither was sent by no browser, or by one of before 2020.
 *
 * @param origins Other origins whose pages may.
 * @throws {Failure} `forbidden_origin`.
 */
export function checkSameOrigin(request: ValueMap, origins: Origins): void {
  const origin = payloadHeader(request, "Origin");
  if (origin !== undefined && origins.has(origin)) return;
  const site = payloadHeader(request, "Sec-Fetch-Site");
  if (site === "same-origin" || site === "none") return;
  const from = origin ?? payloadHeader(request, "Referer");
  if (site === undefined && (from === undefined || isFrom(from, String(request.host)))) return;
  throw forbiddenOrigin("the request was sent by a page of another origin");
}

/** Reports whether a URL has a host. Its scheme does not count: a proxy may speak HTTPS in the place of the engine. */
function isFrom(url: string, host: string): boolean {
  const from = URL.parse(url);
  if (from === null || from.host === "") return false;
  // the port of the scheme may be written or not
  return URL.parse(`${from.protocol}//${host}`)?.host === from.host;
}
