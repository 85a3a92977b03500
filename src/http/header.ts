import { append } from "./form.ts";

const COMMON =
  ("accept accept-charset accept-encoding accept-language access-control-request-headers access-control-request-method " +
    "authorization cache-control connection content-encoding content-length content-type cookie date dnt etag expect " +
    "forwarded host idempotency-key if-match if-modified-since if-none-match if-range if-unmodified-since keep-alive " +
    "origin pragma priority range referer sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest sec-fetch-mode " +
    "sec-fetch-site sec-fetch-user te traceparent tracestate transfer-encoding upgrade upgrade-insecure-requests " +
    "user-agent via x-api-key x-correlation-id x-forwarded-for x-forwarded-host x-forwarded-proto x-real-ip " +
    "x-request-id x-requested-with").split(" ");

const CANONICAL: ReadonlyMap<string, string> = new Map(COMMON.map((name) => [name, capitalized(name)]));

/**
 * Returns a header name in canonical case: upper case at the start and after each hyphen, lower case otherwise, as in
 * `X-Request-Id` and `Etag`.
 */
export function canonicalName(name: string): string {
  return CANONICAL.get(name) ?? capitalized(name);
}

function capitalized(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

/**
 * Writes headers as one string, in the order sent: for each a line break, its name in lower case, a colon, its value.
 * Names contain no colon and values no line break, so this is lossless. Posting one string to another thread costs a
 * fraction of what a list does, and it is parsed only if a header is read.
 *
 * @example
 * ```ts
 * headerText([["host", "a:80"], ["accept", "text/plain"]]); // "\nhost:a:80\naccept:text/plain"
 * ```
 */
export function headerText(headers: Iterable<readonly [name: string, value: string]>): string {
  let text = "";
  for (const [name, value] of headers) text += `\n${name}:${value}`;
  return text;
}

/** Parses headers to a map from canonical name to values. @param text As written by `headerText`. */
export function headerMap(text: string): Record<string, string[]> {
  const map: Record<string, string[]> = {};
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon >= 0) append(map, canonicalName(line.slice(0, colon)), line.slice(colon + 1));
  }
  return map;
}

/** Returns the first value of a header. @param text As written by `headerText`. @param name In lower case. */
export function findHeader(text: string, name: string): string | undefined {
  const start = `\n${name}:`;
  const at = text.indexOf(start);
  if (at < 0) return undefined;
  const end = text.indexOf("\n", at + 1);
  return text.slice(at + start.length, end < 0 ? text.length : end);
}
