/** Matches a token of HTTP: the name of a header, or a method. */
export const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;

/** Matches a character that a header value cannot have. */
export const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/;

/** Headers that concern one connection, or follow from the body, in requests and responses. */
export const CONNECTION_HEADERS: readonly string[] = [
  "connection",
  "content-length",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Headers that say who somebody is, or what a body is: no client may have a proxy leave them out. */
const END_TO_END =
  /^(?:accept.*|authorization|cache-control|content-.*|cookie|forwarded|host|idempotency-key|origin|referer|set-cookie|user-agent|via|x-forwarded-.*|x-real-ip)$/;

/**
 * Returns the names, in lower case, of further headers that concern one connection alone: a header `Connection` names
 * them.
 *
 * @param connection The values of that header.
 */
export function namedByConnection(connection: readonly string[]): ReadonlySet<string> {
  const names = connection.flatMap((value) => value.split(",")).map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => name !== "" && !END_TO_END.test(name)));
}
