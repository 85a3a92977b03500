import {
  encodeResponse,
  headerText,
  type RawRequest,
  type RawResponse,
  REQUEST_FIELDS,
  requestPayload,
  withParams,
} from "../../src/http/mod.ts";
import { type Answer, type Failure, failure, isError, NONE, type Value } from "../../src/value/mod.ts";
import { block, code, type Page, paragraphs, table } from "./markdown.ts";

const encoder = new TextEncoder();

const REQUEST: RawRequest = {
  method: "POST",
  url: "http://localhost:8000/orders/7?dry=1&tag=a&tag=b",
  protocol: "HTTP/1.1",
  client: "192.0.2.7",
  headers: headerText([["host", "localhost:8000"], ["content-type", "application/json"]]),
  body: encoder.encode('{"count":2}'),
};

/** Bodies with their types. */
const BODIES: readonly (readonly [type: string, body: string])[] = [
  ["application/json", '{"a":1}'],
  ["application/problem+json", '{"title":"x"}'],
  ["application/x-www-form-urlencoded", "a=1&a=2"],
  [
    "multipart/form-data; boundary=b",
    '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--b\r\n' +
    'Content-Disposition: form-data; name="f"; filename="f.txt"\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b--\r\n',
  ],
  ["text/plain", "hello"],
  ["application/xml", "<a/>"],
  ["application/octet-stream", "abc"],
];

/** Answers with how they are written, and the headers of the request that matter. */
const ANSWERS: readonly (readonly [written: string, answer: Answer, accept?: string])[] = [
  ['"hello"', "hello"],
  ["{ a: 1 }", { a: 1 }],
  ["[1, 2]", [1, 2]],
  ["42", 42],
  ["null", null],
  ["nothing", NONE],
  ["bytes", encoder.encode("abc")],
  ["a date", new Date(0)],
  ["{ status: 201, body: { id: 1 } }", { status: 201, body: { id: 1 } }],
  ["{ status: 204 }", { status: 204 }],
  [
    '{ header: { "Content-Type": "text/html" }, body: "<p>hi</p>" }',
    { header: { "Content-Type": "text/html" }, body: "<p>hi</p>" },
  ],
  ['{ status: 302, header: { Location: "/new" } }', { status: 302, header: { Location: "/new" } }],
  ['{ status: 201, body: "x", note: "y" }', { status: 201, body: "x", note: "y" }],
  ["{ status: 99 }", { status: 99 }],
  ["an error", failure("broken")],
  ['"hello", to `Accept: application/json`', "hello", "application/json"],
  [
    "{ a: 1 }, to `Accept: application/x-www-form-urlencoded`",
    { a: 1 },
    "application/x-www-form-urlencoded",
  ],
];

/** Returns the page of requests and responses. */
export function requestPage(): Page {
  const payload = withParams(requestPayload(REQUEST), { id: "7" });
  const missing = Object.keys(payload).filter((name) => !Object.hasOwn(REQUEST_FIELDS, name));
  if (missing.length > 0) throw new Error(`src/http/request_fields.ts lacks ${missing.join(", ")}`);
  const example = Object.fromEntries(Object.keys(REQUEST_FIELDS).map((name) => [name, payload[name]!]));
  return {
    path: "requests.md",
    title: "Requests and responses",
    summary: "the payload that a listener makes of a request, and what an answer may be",
    body: paragraphs(
      "A [listener](kinds/listener.md) makes a packet of each request. The answer that comes back is the response.",
      "## The payload of a request",
      table(["field", "what it is"], Object.entries(REQUEST_FIELDS).map(([name, what]) => [code(name), what])),
      `${code("POST /orders/7?dry=1&tag=a&tag=b")} through a route ${code("/orders/:id")}:`,
      block("json", JSON.stringify(example, null, 2)),
      "`query`, `header`, `cookies` and `body` are decoded when they are first read. A body that does not match its headers is an " +
        "error there, and a response of status 400, 413 or 415.",
      "### Bodies",
      table(
        ["Content-Type", "body", "value"],
        BODIES.map(([type, body]) => [
          code(type),
          body.startsWith("--") ? "a field and a file" : code(body),
          valueText(requestPayload(withBody(type, body)).body!),
        ]),
      ),
      `Bodies compressed with ${
        ENCODINGS.filter(isSupported).join(" or ")
      } are decompressed; text in another charset than ` +
        "UTF-8 is converted.",
      "## What an answer may be",
      "A map with no other keys than `status`, `header` and `body` is a response; any other value is the body of a " +
        "response of status 200. A status may be a string of digits. A header may be a string or a list of strings. What the type of the body is depends on " +
        "the value, on `Accept`, and on a `Content-Type` in `header`, which wins.",
      table(
        ["answer", "status", "Content-Type", "body"],
        ANSWERS.map(([written, answer, accept]) => [
          /^["{\[]/.test(written)
            ? written.replace(/^(.*?)(, to .*)?$/, (_, value, rest = "") => code(value) + rest)
            : written,
          ...responseCells(encodeResponse(answer, { method: "GET", accept }, { process: "ID" })),
        ]),
      ),
      "An answer of 1 KiB and more whose type is text, JSON or the like is compressed with brotli, gzip or deflate if the " +
        "client accepts it, unless the `compress` of the listener says otherwise, or the answer has a `Content-Encoding` or " +
        "`Cache-Control: no-transform`.",
      "A `Content-Encoding` of the answer's own says how bytes and streams are encoded already; text and data are encoded " +
        "with it: gzip, deflate or br. An error with an integer `status` from 400 to 599 is answered with that status.",
      "The body of an answer of type `text/event-stream` may be a map with `event`, `data`, `id` and `retry`, or a list of " +
        "them: each is written as an event. A kind whose answer is a stream writes the events itself; the listener adds " +
        "a comment after each `heartbeat` without one.",
      "An answer that looks like a response but is none, such as `{ statusCode: 404, body }`, `{ status: 404, boddy }` or " +
        "`{ status: 201, body, note }`, is sent as data like any other; the log has one warning for each node that gives " +
        "such, with the field and what would be right.",
      "`ID` stands for the id of the process, which the log line of the error has too. With `weft start --dev` the " +
        "response to an error describes it.",
    ),
  };
}

/** Encodings that a client may try. */
const ENCODINGS = ["gzip", "deflate", "br", "zstd"];

function isSupported(encoding: string): boolean {
  const headers = headerText([["content-type", "text/plain"], ["content-encoding", encoding]]);
  try {
    void requestPayload({ ...REQUEST, headers, body: encoder.encode("no such data") }).body;
    return true;
  } catch (error) {
    return (error as Failure).code !== "unsupported_media_type";
  }
}

function withBody(type: string, body: string): RawRequest {
  return { ...REQUEST, headers: headerText([["content-type", type]]), body: encoder.encode(body) };
}

function valueText(value: Value): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return code(JSON.stringify(value, (_, part) => part instanceof Uint8Array ? `<${part.length} bytes>` : part));
}

function responseCells({ status, headers, body }: RawResponse): string[] {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === "content-type");
  const text = body instanceof Uint8Array ? `${body.length} bytes` : typeof body === "string" ? code(body) : "none";
  return [String(status), at < 0 ? "none" : code(headers[at + 1]!), isError(body) ? "" : text];
}
