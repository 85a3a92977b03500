import { badRequest, findHeader, forbiddenOrigin, upgradeRequired } from "../../http/mod.ts";
import type { Failure } from "../../value/mod.ts";
import type { Origins } from "../net/origins.ts";

/** A request that may ask for a websocket. */
export interface UpgradeRequest {
  readonly method: string;
  /** Its URL, as the client has asked for it. */
  readonly url: string;
  /** Its headers, as `headerText` writes them. */
  readonly headers: string;
}

/** Which requests become websockets. */
export interface UpgradeRules {
  /** The subprotocols that are spoken, the best first. */
  readonly protocols: readonly string[];
  /** The origins whose pages may connect, besides that of the request. */
  readonly origins: Origins;
}

/** 16 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{22}==$/;
const VERSION = "13";

/**
 * Checks that a request asks for a websocket, and may.
 *
 * @returns The subprotocol, if one is agreed on.
 * @throws {Failure} `upgrade_required` (426), `bad_request` (400) or `forbidden_origin` (403).
 */
export function checkUpgrade(request: UpgradeRequest, { protocols, origins }: UpgradeRules): string | undefined {
  const { method, headers } = request;
  if (!listOf(headers, "upgrade").some(is("websocket")) || !listOf(headers, "connection").some(is("upgrade"))) {
    throw required("expected a request to upgrade to websocket");
  }
  if (method !== "GET") throw badRequest(`invalid method ${method}: expected GET to upgrade to websocket`);
  const version = findHeader(headers, "sec-websocket-version");
  if (version !== VERSION) {
    throw required(`invalid Sec-WebSocket-Version ${JSON.stringify(version ?? "")}: expected ${VERSION}`);
  }
  if (!KEY.test(findHeader(headers, "sec-websocket-key") ?? "")) {
    throw badRequest("invalid Sec-WebSocket-Key: expected 16 bytes in base64");
  }
  const origin = findHeader(headers, "origin");
  if (origin !== undefined && !origins.has(origin) && !isSameOrigin(origin, request.url)) {
    throw forbiddenOrigin(
      `forbidden origin ${JSON.stringify(origin)}: expected that of the request, or one of the gateway's origins`,
    );
  }
  const offered = listOf(headers, "sec-websocket-protocol");
  const chosen = protocols.find((protocol) => offered.includes(protocol));
  if (chosen === undefined && protocols.length > 0 && offered.length > 0) {
    throw badRequest(`unknown subprotocol ${JSON.stringify(offered.join(", "))}: expected ${protocols.join(", ")}`);
  }
  return chosen;
}

/**
 * Reports whether a page may be of the server that a request is for. What was asked for by HTTPS, a page of HTTP may not
 * ask for; the other way round a proxy may have removed TLS.
 */
function isSameOrigin(origin: string, url: string): boolean {
  const page = URL.parse(origin);
  const asked = URL.parse(url);
  if (page === null || asked === null || (page.protocol !== "http:" && page.protocol !== "https:")) return false;
  if (page.protocol === "http:" && asked.protocol === "https:") return false;
  // the default port of either
  const ports = page.protocol === asked.protocol ? [asked.port] : [asked.port, asked.port === "443" ? "" : asked.port];
  return page.hostname === asked.hostname && ports.includes(page.port);
}

function required(message: string): Failure {
  return upgradeRequired(message, "websocket", { "Sec-WebSocket-Version": VERSION });
}

function listOf(headers: string, name: string): string[] {
  return (findHeader(headers, name) ?? "").split(",").map((item) => item.trim()).filter((item) => item !== "");
}

function is(name: string): (item: string) => boolean {
  return (item) => item.toLowerCase() === name;
}
