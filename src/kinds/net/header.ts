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
 * A header name in canonical case: a capital at the start and after each hyphen, all else small, as in `X-Request-Id`
 * and `Etag`.
 */
export function canonicalName(name: string): string {
  return CANONICAL.get(name) ?? capitalized(name);
}

function capitalized(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

/**
 * A list of headers as a map from the canonical name to the values, in the order sent.
 *
 * @param pairs Name, value, name, value, ...
 */
export function headerMap(pairs: readonly string[]): Record<string, string[]> {
  const map: Record<string, string[]> = {};
  for (let i = 0; i + 1 < pairs.length; i += 2) append(map, canonicalName(pairs[i]!), pairs[i + 1]!);
  return map;
}

/** The first value of a header in a flat list. @param name In lower case, as the list has it. */
export function findHeader(pairs: readonly string[], name: string): string | undefined {
  for (let i = 0; i + 1 < pairs.length; i += 2) if (pairs[i] === name) return pairs[i + 1];
  return undefined;
}
