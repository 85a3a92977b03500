import {
  canonicalName,
  CONNECTION_HEADERS,
  encodeRequestBody,
  namedByConnection,
  REQUEST_FIELDS,
  TOKEN,
  UNSENDABLE,
} from "../../http/mod.ts";
import { failure, isList, isMap, kindOf, Stream, type Value, type ValueMap } from "../../value/mod.ts";
import type { HttpRequest } from "./http_client.ts";
import { targetUrl } from "./target_url.ts";

/** What a connection adds to every request. */
export interface HttpDefaults {
  readonly base: URL | undefined;
  readonly header: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** What a node says about its requests. */
export interface RequestFields {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly header: Readonly<Record<string, Value>>;
  readonly query: Readonly<Record<string, Value>>;
  readonly body?: Value | undefined;
  readonly type?: string | undefined;
}

/** The keys of a map that describes a request: those of the payload of a listener, and `url`. Any other map is a body. */
const REQUEST_KEYS: ReadonlySet<string> = new Set([...Object.keys(REQUEST_FIELDS), "url", "status"]);

/** Headers that concern one connection, or follow from the request. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  ...CONNECTION_HEADERS,
  "accept-encoding",
  "expect",
  "host",
  "http2-settings",
]);

/** Methods whose requests have no body. */
const BODILESS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/** Reports whether a payload describes a request. */
export function isRequest(payload: Value): payload is ValueMap {
  if (!isMap(payload)) return false;
  const keys = Object.keys(payload);
  return keys.length > 0 && keys.every((key) => REQUEST_KEYS.has(key));
}

/**
 * Makes the request that a node sends for a payload: a map that describes a request, or a body.
 *
 * @throws {Failure} `invalid`, if that is no request.
 */
export function outgoingRequest(payload: Value, fields: RequestFields, defaults: HttpDefaults): HttpRequest {
  const described = isRequest(payload) ? payload : fields.body === undefined ? { body: payload } : {};
  const body = described.body ?? fields.body ?? null;
  const method = methodOf(fields.method ?? described.method ?? null, body);
  const url = targetUrl({
    base: defaults.base,
    url: fields.url,
    query: { ...defaults.query, ...fields.query },
    payload: described,
  });
  const headers = new Map<string, string | string[]>();
  addHeaders(headers, fields.header);
  addHeaders(headers, described.header ?? {});
  // what the connection says is not for a payload to change
  addHeaders(headers, defaults.header);
  const received = headers.get("Content-Type");
  headers.delete("Content-Type");
  // a body that a listener has decoded is no longer encoded
  if (!(body instanceof Stream) && fields.header["Content-Encoding"] === undefined) headers.delete("Content-Encoding");
  const type = fields.type ?? (Array.isArray(received) ? received[0] : received);
  const encoded = BODILESS.has(method) ? undefined : encodeRequestBody(body, type);
  if (encoded !== undefined) headers.set("Content-Type", encoded.type);
  return { method, url, headers, body: encoded };
}

function methodOf(given: Value, body: Value): string {
  if (given === null) return body === null ? "GET" : "POST";
  if (typeof given !== "string" || !/^[A-Za-z][A-Za-z-]{0,31}$/.test(given) || /^(?:connect|trace)$/i.test(given)) {
    throw failure(`invalid method ${JSON.stringify(given)}: expected one such as GET or POST`, { code: "invalid" });
  }
  return given.toUpperCase();
}

/** Adds headers; each takes the place of one of its name. */
function addHeaders(headers: Map<string, string | string[]>, given: Value): void {
  if (!isMap(given)) throw failure(`invalid header, ${kindOf(given)}: expected a map`, { code: "invalid" });
  const names = Object.keys(given);
  const connection = names.filter((name) => name.toLowerCase() === "connection").flatMap((name) =>
    given[name]! as Value | Value[]
  );
  const left = namedByConnection(connection.filter((value) => typeof value === "string"));
  for (const written of names) {
    if (!TOKEN.test(written)) {
      throw failure(`invalid header name ${JSON.stringify(written)}: expected letters, digits and -`, {
        code: "invalid",
      });
    }
    if (OWN_HEADERS.has(written.toLowerCase()) || left.has(written.toLowerCase())) continue;
    const value = given[written]!;
    const texts = (isList(value) ? value : [value]).filter((item) => item !== null).map((item) =>
      textOf(written, item)
    );
    const name = canonicalName(written);
    if (texts.length === 0) headers.delete(name);
    else headers.set(name, texts.length === 1 ? texts[0]! : name === "Cookie" ? texts.join("; ") : texts);
  }
}

function textOf(name: string, value: Value): string {
  const text = value instanceof Date ? value.toUTCString() : typeof value === "object" ? undefined : String(value);
  if (text === undefined) {
    throw failure(`invalid value of header ${name}, ${kindOf(value)}: expected text`, { code: "invalid" });
  }
  const bad = UNSENDABLE.exec(text)?.[0];
  // the value itself may be a secret
  if (bad === undefined) return text;
  throw failure(`invalid character ${JSON.stringify(bad)} in header ${name}: expected one line of Latin-1`, {
    code: "invalid",
  });
}
