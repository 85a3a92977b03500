import { isList, isMap, type LazyField, lazyMap, lazyParts, Stream, type Value, type ValueMap } from "../value/mod.ts";
import { bodyField } from "./body.ts";
import "./cookie.ts";
import { encodeForm } from "./form.ts";
import { findHeader } from "./header.ts";

/** The default size limit of a body: 1 MiB, in bytes. */
export const DEFAULT_MAX_BODY = 1024 * 1024;

/** A request as it is sent from the host to an executor: nothing is parsed. */
export interface RawRequest {
  method: string;
  /** Absolute, as provided by `Deno.serve`: `http://localhost:8000/a?b=c`. */
  url: string;
  /** `HTTP/1.1`. */
  protocol: string;
  /** As written by `headerText`. */
  headers: string;
  body: Uint8Array | Stream | null;
  /** The size limit of the decompressed body, in bytes. Default `DEFAULT_MAX_BODY`. */
  maxBody?: number;
  /** The address of the client. */
  client?: string;
  /** Whether the payload has the body as it came too. Default false. */
  rawBody?: boolean;
}

const NONE_OF_THEM: ValueMap = Object.freeze({});

/**
 * Returns the payload of a request, a lazy map of
 *
 * - `method`, `scheme`, `host` and `protocol`: strings;
 * - `client`: the address of the client, a string;
 * - `path`: a string, percent-encoded as sent, so that an encoded slash is not mistaken for a separator;
 * - `query`: the values of each name; `header`: the same, with names in canonical case (`X-Request-Id`, `Etag`);
 * - `cookies`: the value of each cookie;
 * - `body`: as described at `bodyField`; null if there is none; `rawBody`, if it is asked for: the bytes as they came.
 *
 * `query`, `header`, `cookies` and `body` are parsed when they are first read, and reading a body that does not match its header
 * throws. A router adds `params`.
 *
 * @example
 * ```ts
 * const payload = requestPayload({
 *   method: "GET",
 *   url: "http://localhost:8000/search?q=a&q=b",
 *   protocol: "HTTP/1.1",
 *   headers: "\nhost:localhost:8000",
 *   body: null,
 * });
 * payload.path; // "/search"
 * payload.query; // { q: ["a", "b"] }
 * ```
 */
export function requestPayload(raw: RawRequest): ValueMap {
  const { url, headers, body } = raw;
  const start = url.indexOf("://") + 3;
  const slash = pathStart(url, start, headers);
  const mark = url.indexOf("?", slash);
  const hasCookies = headers.includes("\ncookie:");
  const fields: Record<string, Value> = {
    method: raw.method,
    scheme: url.slice(0, start - 3),
    host: url.slice(start, slash),
    path: (mark < 0 ? url.slice(slash) : url.slice(slash, mark)) || "/",
    query: mark < 0 ? NONE_OF_THEM : null,
    protocol: raw.protocol,
    ...raw.client !== undefined && { client: raw.client },
    header: null,
    cookies: hasCookies ? null : NONE_OF_THEM,
    body: null,
  };
  const lazy: Record<string, LazyField> = { header: { decoder: "header", source: headers } };
  if (hasCookies) lazy.cookies = { decoder: "cookies", source: headers };
  if (mark >= 0) lazy.query = { decoder: "form", source: url.slice(mark + 1) };
  if (body instanceof Stream) fields.body = body;
  else if (body !== null) {
    const field = bodyField(headers, body, raw.maxBody ?? DEFAULT_MAX_BODY);
    if ("lazy" in field) lazy.body = field.lazy;
    else fields.body = field.value;
  }
  if (raw.rawBody === true && !(body instanceof Stream)) fields.rawBody = body ?? new Uint8Array(0);
  return lazyMap({ fields, lazy });
}

/**
 * Returns the offset of the path in a URL. Deno builds the URL from the `Host` header without checking it: a slash in
 * that header must not become part of the path, or it would bypass a proxy that filters paths.
 */
function pathStart(url: string, start: number, headers: string): number {
  const host = findHeader(headers, "host");
  if (host !== undefined && url.startsWith(host, start) && url.charCodeAt(start + host.length) === 0x2f) {
    return start + host.length;
  }
  for (let at = start; at < url.length; at++) {
    const char = url.charCodeAt(at);
    if (char === 0x2f || char === 0x3f) return at;
  }
  return url.length;
}

/** Returns a payload with the parameters of a route added, without decoding its lazy fields. */
export function withParams(payload: ValueMap, params: ValueMap): ValueMap {
  return withField(payload, "params", params);
}

/** Returns a payload with a field added, without decoding its lazy fields. */
export function withField(payload: ValueMap, name: string, value: Value): ValueMap {
  const parts = lazyParts(payload);
  if (parts === undefined) return { ...payload, [name]: value };
  return lazyMap({ fields: { ...parts.fields, [name]: value }, lazy: parts.lazy });
}

/** Returns the query of a request's payload as it was sent, with its question mark; empty if there is none. */
export function queryText(payload: ValueMap): string {
  const sent = lazyParts(payload)?.lazy.query?.source;
  const text = typeof sent === "string" ? sent : encodeForm(payload.query ?? null) ?? "";
  return text === "" ? "" : `?${text}`;
}

/** Returns the first value of a header of a request's payload. @param name In canonical case. */
export function payloadHeader({ header }: ValueMap, name: string): string | undefined {
  if (header === undefined || header === null || !isMap(header)) return undefined;
  const values = header[name];
  const value = values !== undefined && isList(values) ? values[0] : values;
  return typeof value === "string" ? value : undefined;
}
