import { type LazyField, lazyMap, lazyParts, Stream, type Value, type ValueMap } from "../value/mod.ts";
import { bodyField } from "./body.ts";
import { findHeader } from "./header.ts";

/** How many bytes a body may have by default: 1 MiB. */
export const DEFAULT_MAX_BODY = 1024 * 1024;

/** A request as it crosses from the host: text and bytes, nothing parsed. */
export interface RawRequest {
  method: string;
  /** Absolute, as `Deno.serve` gives it: `http://localhost:8000/a?b=c`. */
  url: string;
  /** `HTTP/1.1`. */
  protocol: string;
  /** As `headerText` writes them. */
  headers: string;
  body: Uint8Array | Stream | null;
  /** How many bytes the body may have once decompressed. Default `DEFAULT_MAX_BODY`. */
  maxBody?: number;
}

const NO_QUERY: ValueMap = Object.freeze({});

/**
 * The payload of a request: a lazy map of
 *
 * - `method`, `scheme`, `host` and `protocol`: text;
 * - `path`: text as sent, percent-encoded, so that an encoded slash is not taken for a separator;
 * - `query`: from each name to its values; `header`: the same, names in canonical case (`X-Request-Id`, `Etag`);
 * - `body`: as `bodyField` describes, null if there is none; it is always present.
 *
 * `query`, `header` and `body` are parsed on first use; reading a body that is not what it claims throws then. A router
 * adds `params`.
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
  const fields: Record<string, Value> = {
    method: raw.method,
    scheme: url.slice(0, start - 3),
    host: url.slice(start, slash),
    path: (mark < 0 ? url.slice(slash) : url.slice(slash, mark)) || "/",
    query: mark < 0 ? NO_QUERY : null,
    protocol: raw.protocol,
    header: null,
    body: null,
  };
  const lazy: Record<string, LazyField> = { header: { decoder: "header", source: headers } };
  if (mark >= 0) lazy.query = { decoder: "form", source: url.slice(mark + 1) };
  if (body instanceof Stream) fields.body = body;
  else if (body !== null) {
    const field = bodyField(headers, body, raw.maxBody ?? DEFAULT_MAX_BODY);
    if ("lazy" in field) lazy.body = field.lazy;
    else fields.body = field.value;
  }
  return lazyMap({ fields, lazy });
}

/**
 * Where the path begins. A server puts the `Host` header before the path as it came: one with a slash in it must not
 * become a part of the path, which would lead past a proxy that looks at paths.
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

/** The payload with the parameters of a route, everything in it as undecoded as before. */
export function withParams(payload: ValueMap, params: ValueMap): ValueMap {
  const parts = lazyParts(payload);
  if (parts === undefined) return { ...payload, params };
  return lazyMap({ fields: { ...parts.fields, params }, lazy: parts.lazy });
}
