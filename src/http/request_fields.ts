/** What the fields of a request's payload are, for the documents. */
export const REQUEST_FIELDS = {
  method: "The method, in upper case.",
  scheme: "`http` or `https`.",
  host: "The host that was asked for, with its port.",
  path: "The path, percent-encoded as sent, so that an encoded slash is not mistaken for a separator.",
  query: "The values of each name of the query, as lists of strings.",
  protocol: "The version of HTTP.",
  client: "The address of the client: `192.0.2.7`. Behind one of the listener's `trustedProxies`, what that says.",
  header: "The values of each header, as lists of strings, by canonical names: `X-Request-Id`, `Etag`.",
  cookies: "The value of each cookie by its name, percent-decoded; of several of a name the first.",
  body:
    "The body, decoded by its `Content-Type`; null if there is none. A stream where the listener has `stream: true`.",
  rawBody: "The bytes of the body as they came, where the listener has `rawBody: true`: for signatures.",
  params: "The parameters of the route, if a router has sent the request on.",
} as const satisfies Record<string, string>;
