import { failure, isList, isMap, kindOf, type Value } from "../value/mod.ts";

/** Headers that are about one connection, or that follow from the body; an answer cannot set them. */
const IGNORED: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/;

/** Headers of a response, checked and flat. */
export interface ResponseHeader {
  /** Name, value, name, value, ... `Content-Type` is not among them. */
  pairs: string[];
  contentType: string | undefined;
}

/**
 * Reads the `header` of an answer: from each name to text, a number, a boolean, a date, or a list of them; null sends
 * nothing. Each item of a list is a header of its own. Hop-by-hop headers and `Content-Length` are left out.
 *
 * @throws {Failure} `bad_response` for a name or a value that HTTP cannot carry.
 */
export function readHeader(header: Value | undefined): ResponseHeader {
  const read: ResponseHeader = { pairs: [], contentType: undefined };
  if (header === undefined || header === null) return read;
  if (!isMap(header)) throw badResponse(`header is ${kindOf(header)}, not a map`);
  for (const name of Object.keys(header)) {
    if (!NAME.test(name)) throw badResponse(`${JSON.stringify(name)} is no name of a header`);
    const lower = name.toLowerCase();
    if (IGNORED.has(lower)) continue;
    const value = header[name]!;
    for (const item of isList(value) ? value : [value]) {
      if (item === null) continue;
      const text = headerText(name, item);
      if (lower === "content-type") read.contentType = text;
      else read.pairs.push(name, text);
    }
  }
  return read;
}

function headerText(name: string, value: Value): string {
  if (value instanceof Date && Number.isNaN(value.getTime())) {
    throw badResponse(`the header ${name} is an invalid date`);
  }
  const text = value instanceof Date ? value.toUTCString() : typeof value === "object" ? undefined : String(value);
  if (text === undefined) throw badResponse(`the header ${name} is ${kindOf(value)}, not text`);
  const bad = UNSENDABLE.exec(text)?.[0];
  if (bad !== undefined) throw badResponse(`the header ${name} holds ${JSON.stringify(bad)}, which HTTP cannot carry`);
  return text;
}

/** Whether it is a flat list of names and values that HTTP can carry. */
export function isHeaderList(headers: unknown): headers is string[] {
  if (!Array.isArray(headers) || headers.length % 2 !== 0) return false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i];
    const value = headers[i + 1];
    if (typeof name !== "string" || typeof value !== "string" || !NAME.test(name) || UNSENDABLE.test(value)) {
      return false;
    }
  }
  return true;
}

/** The answer cannot be sent. */
export function badResponse(message: string): Error {
  return failure(`the response cannot be sent: ${message}`, { code: "bad_response" });
}
