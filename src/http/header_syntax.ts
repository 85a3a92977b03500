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
