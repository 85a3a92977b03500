import { failure } from "../../value/mod.ts";
import { targetUrl } from "../http/target_url.ts";

const SCHEME = /^ws(s?):/i;

/**
 * Returns the URL of a websocket.
 *
 * @param base That of a connection to an HTTP server, below which it stands.
 * @throws {Failure} `invalid`, if it is none.
 */
export function websocketUrl(base: URL | undefined, url: string | undefined): URL {
  if (base === undefined && !SCHEME.test(url ?? "")) {
    throw failure(`invalid url ${JSON.stringify(url?.slice(0, 200))}: expected one such as wss://example.com/path`, {
      code: "invalid",
    });
  }
  if (base !== undefined && url !== undefined && /^[a-z][a-z0-9+.-]*:/i.test(url)) {
    throw failure(`invalid url ${JSON.stringify(url.slice(0, 200))}: expected a path, because there is a connection`, {
      code: "invalid",
    });
  }
  // read as HTTP's, which a handshake is a request of
  const target = targetUrl({ base, url: url?.replace(SCHEME, "http$1:"), query: {}, payload: {} });
  return new URL(target.href.replace(/^http/, "ws"));
}
