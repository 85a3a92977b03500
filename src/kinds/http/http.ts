import { defineKind, type Effect, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { DEFAULT_MAX_BODY } from "../../http/mod.ts";
import { duration, size } from "../../spec/mod.ts";
import type { Process } from "../../flow/mod.ts";
import { Stream } from "../../value/mod.ts";
import { closeUnread } from "../close_unread.ts";
import { internalsOf } from "../internals.ts";
import type { HttpConnectionData } from "../net/connection.ts";
import { keyFor } from "../net/resolved_secrets.ts";
import { callHttp, type HttpCallOptions } from "./http_call.ts";
import { HttpClient, type HttpRequest } from "./http_client.ts";
import { NO_CONNECTION, readHttpConnection } from "./http_connection.ts";
import { httpRetry, httpRetryOf } from "./http_retry.ts";
import { outgoingRequest, type RequestFields } from "./outgoing_request.ts";
import { absolute } from "./target_url.ts";

const text = z.union([z.string(), z.number(), z.boolean()]);
const texts = z.record(z.string(), z.union([text, z.array(text)]));

const fields = z.object({
  connection: z.string().min(1).optional().meta({
    description: "The name of a connection of type http: what URLs begin with, credentials, certificates.",
  }),
  method: z.string().regex(/^[A-Za-z][A-Za-z-]{0,31}$/, "expected a method such as GET or POST").toUpperCase()
    .optional()
    .meta({
      description:
        "The method, whatever the payload says. Default: that of the payload; POST with a body, GET without.",
    }),
  url: z.string().min(1).optional().meta({
    description:
      "The URL, or a path below that of the connection. `:name` in it stands for `params.name` of the payload.",
  }),
  header: texts.default({}).meta({ description: "Headers by name; those of the payload take their place." }),
  query: texts.default({}).meta({ description: "Parameters by name; those of the payload take their place." }),
  body: z.any().optional().meta({
    description: "The body, where the payload describes a request without one, or no request. Default: the payload.",
  }),
  type: z.string().min(1).optional().meta({
    description:
      "The content type of the body: application/x-www-form-urlencoded and multipart/form-data make a form " +
      "of a map. Default: that of the payload's header; JSON for a map, a list, a number and a boolean.",
  }),
  timeout: duration().default(10_000).meta({
    description:
      "How long one attempt may take, with the body of the answer; a stream is given as long for each part. Default 10s.",
  }),
  retry: httpRetry,
  redirects: z.int().min(0).max(50).default(5).meta({
    description: "How many redirects are followed; 0 makes one the answer. Default 5.",
  }),
  errors: z.array(z.union([z.int().min(100).max(599), z.string().regex(/^[1-5](?:xx|\d\d)$/)], {
    error: "expected a status such as 404, or 4xx, 5xx",
  })).default([]).meta({
    description:
      "Statuses that are errors, such as 404, 4xx or 5xx, with the answer in `details.response`. Default none.",
  }),
  maxBody: size().default(DEFAULT_MAX_BODY).meta({
    description: "How many bytes the body of an answer may have. Default 1MiB.",
  }),
  stream: z.boolean().default(false).meta({
    description: "Whether the body of the answer is handed on as a stream, however large. Default false.",
  }),
  decode: z.boolean().default(true).meta({
    description: "Whether the body of the answer is decoded by its content type; otherwise it is bytes. Default true.",
  }),
  idempotencyKey: z.boolean().default(false).meta({
    description: "Whether the header `Idempotency-Key` names the call: it is the same in each attempt. Default false.",
  }),
  trace: z.boolean().default(false).meta({
    description: "Whether a header `traceparent` is sent, whose trace is the process. Default false.",
  }),
  concurrency: z.int().min(1).max(1000).default(1).meta({
    description: "How many requests of one process may be under way at a time. Default 1.",
  }),
});

const ABOUT = `
A payload describes a request if it is a map with no keys but \`method\`, \`url\`, \`query\`, \`header\`, \`body\`, and those
that the payload of a listener has beside them: what a listener sends can be sent on as it is. Any other payload is the
body.

What the fields and the connection say goes before: a payload adds its \`path\` to a URL that has none or ends with \`/\`,
its \`url\` may not leave the origin and the path of the field's, and it cannot change headers of the connection. Headers
that concern one connection, such as \`Host\`, \`Connection\` and those that it names, are not sent on.

The answer is a map of \`status\`, \`header\` and \`body\`, which a listener answers with as it is. The body is decoded by its
content type as that of a request is (see [Requests and responses](../requests.md)); a gzip, deflate or br encoding is
removed. A status is an error only if \`errors\` names it: so that a workflow can serve as a proxy, 404 is an answer like
any other.

Private, loopback and link-local addresses are refused, whatever name leads to them, at each redirect too, unless
\`start --allow-private\` allows them. A redirect to another origin gets neither credentials nor what the connection adds.
`.trim();

/** Sends HTTP requests. */
export const http: Kind = defineKind({
  name: "http",
  replaces: ["proxy"],
  summary: "Sends an HTTP request; its answer is the payload that goes on.",
  place: "host",
  effect: ({ method }): Effect => {
    if (method === "GET" || method === "HEAD") return "none";
    return method === "PUT" || method === "DELETE" ? "idempotent" : "once";
  },
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  portSummaries: {
    in: "What is sent: a map that describes a request, or a body.",
    out: "The answer: a map of `status`, `header` and `body`.",
    error: "Why there is no answer, or that its status is one of `errors`.",
  },
  about: ABOUT,
  errors: {
    invalid: "The payload makes no request, or its URL leaves that of the field or the connection.",
    forbidden_address: "The address is private, and the operator has not allowed it.",
    dns: "The name of the host cannot be resolved.",
    connection_refused: "The server does not accept the connection, or no way leads to it.",
    tls: "The connection cannot be secured: the certificate of the server is not valid.",
    connection_lost: "The connection ended before the answer was complete.",
    timeout: "An attempt exceeded `timeout`.",
    aborted: "The process ended before the answer came.",
    redirect: "The server redirects too often, or a request with a stream.",
    too_large: "The body of the answer exceeds `maxBody`.",
    bad_answer: "The answer is malformed, or its body is not what its header says.",
    bad_status: "The status of the answer is one of `errors`.",
  },
  dependencies: ["data.connection"],
  references: [{ field: "connection", kind: "connection", type: "http" }],
  examples: [
    { title: "Fetch a document", spec: { kind: "http", method: "GET", url: "https://example.com/data.json" } },
    {
      title: "Send the payload as JSON, three times at most",
      spec: {
        kind: "http",
        method: "POST",
        url: "https://example.com/hooks",
        idempotencyKey: true,
        retry: { attempts: 3, methods: ["POST"] },
        errors: ["4xx", "5xx"],
      },
    },
    {
      title: "Fetch what the parameter of a route names",
      spec: { kind: "http", method: "GET", url: "https://example.com/users/:id", timeout: "2s" },
    },
  ],
  check(fields) {
    const { url, connection } = fields;
    if (url === undefined || connection !== undefined && !/^[a-z][a-z0-9+.-]*:/i.test(url)) return [];
    if (connection !== undefined) {
      const hint = "the connection says what it begins with";
      return [{ location: { path: ["url"] }, message: `invalid url ${JSON.stringify(url)}: expected a path`, hint }];
    }
    try {
      absolute(url);
      return [];
    } catch (error) {
      return [{ location: { path: ["url"] }, message: (error as Error).message }];
    }
  },
  async prepare(context) {
    const { fields, clock, random, secret, use, keyOf, dataOf } = context;
    const { privateHosts, idOf } = internalsOf(context);
    const { connection: name } = fields;
    const connection = name === undefined
      ? NO_CONNECTION
      : await readHttpConnection(dataOf("connection", name) as unknown as HttpConnectionData, secret);
    const { tls, connections, idle } = connection;
    const client = await use(
      keyFor(name ?? "", connection),
      () => new HttpClient({ privateHosts, tls, connections, idle }),
      (client) => client.close(),
    );
    const options: HttpCallOptions = {
      ...fields,
      client,
      retry: httpRetryOf(fields.retry),
      isError: (status) =>
        fields.errors.some((one) => String(one) === String(status) || one === `${Math.floor(status / 100)}xx`),
      own: Object.keys(connection.header),
      clock,
      random,
    };
    return {
      concurrency: fields.concurrency,
      in: async (payload, call) => {
        const request = outgoingRequest(payload, fields as RequestFields, connection);
        const names = {
          key: fields.idempotencyKey ? keyOf(call) : undefined,
          // an id is a UUID, which has as many digits as a trace
          trace: fields.trace ? idOf((call.process as Process).root).replaceAll("-", "") : undefined,
        };
        const complete = withOwnHeaders(request, fields.stream, names, random.bytes);
        const answer = await callHttp(complete, call, options);
        if (answer.body instanceof Stream) closeUnread(call, answer.body);
        return answer;
      },
    };
  },
});

/** Adds the headers that the engine sets itself. */
function withOwnHeaders(
  request: HttpRequest,
  stream: boolean,
  { key, trace }: { key: string | undefined; trace: string | undefined },
  bytes: (length: number) => Uint8Array,
): HttpRequest {
  const headers = new Map(request.headers);
  const add = (name: string, value: string) => headers.has(name) || headers.set(name, value);
  add("User-Agent", "weft");
  add("Accept", "*/*");
  // what is handed on as it comes is not decompressed
  headers.set("Accept-Encoding", stream ? "identity" : "gzip, deflate");
  if (key !== undefined) add("Idempotency-Key", key);
  if (trace !== undefined) add("Traceparent", `00-${trace}-${bytes(8).toHex()}-01`);
  return { ...request, headers };
}
