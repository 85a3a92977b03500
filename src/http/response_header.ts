import { failure, isList, isMap, kindOf, type Value } from "../value/mod.ts";
import { CONNECTION_HEADERS, TOKEN, UNSENDABLE } from "./header_syntax.ts";

/** Headers that concern one connection, or follow from the body. An answer cannot set them. */
const IGNORED: ReadonlySet<string> = new Set([...CONNECTION_HEADERS, "proxy-authenticate"]);

/** How many headers an answer may have. */
export const MAX_HEADERS = 256;
/** How long their names and values may be together, in characters. */
export const MAX_HEADER_SIZE = 64 * 1024;

/** The validated headers of a response. */
export interface ResponseHeader {
  /** Name, value, name, value, ... `Content-Type` is not among them. */
  pairs: string[];
  contentType: string | undefined;
  /** A `Content-Length` that is a number; it counts in the answer to HEAD only, which has no body to tell it. */
  contentLength: string | undefined;
}

/**
 * Reads the `header` of an answer, a map from names to strings, numbers, booleans, dates or lists of them. Null is
 * skipped, and each item of a list becomes a header of its own. Hop-by-hop headers and `Content-Length` are dropped.
 *
 * @throws {Failure} `bad_response` for a name or value that is invalid in HTTP, for more than 256 headers, and for more
 * than 64 KiB of them.
 */
export function readHeader(header: Value | undefined): ResponseHeader {
  const read: ResponseHeader = { pairs: [], contentType: undefined, contentLength: undefined };
  let count = 0;
  let size = 0;
  if (header === undefined || header === null) return read;
  if (!isMap(header)) throw badResponse(`invalid header, ${kindOf(header)}: expected a map`);
  for (const name of Object.keys(header)) {
    if (!TOKEN.test(name)) throw badResponse(`invalid header name ${JSON.stringify(name)}`);
    const lower = name.toLowerCase();
    const value = header[name]!;
    if (IGNORED.has(lower)) {
      if (lower === "content-length" && /^\d{1,15}$/.test(String(value))) read.contentLength = String(value);
      continue;
    }
    for (const item of isList(value) ? value : [value]) {
      if (item === null) continue;
      const text = headerText(name, item);
      if (++count > MAX_HEADERS) throw badResponse(`more than ${MAX_HEADERS} headers`);
      if ((size += name.length + text.length) > MAX_HEADER_SIZE) {
        throw badResponse(`headers of more than ${MAX_HEADER_SIZE / 1024} KiB`);
      }
      if (lower === "content-type") read.contentType = text;
      else read.pairs.push(name, text);
    }
  }
  return read;
}

function headerText(name: string, value: Value): string {
  if (value instanceof Date && Number.isNaN(value.getTime())) {
    throw badResponse(`invalid date in header ${name}`);
  }
  const text = value instanceof Date ? value.toUTCString() : typeof value === "object" ? undefined : String(value);
  if (text === undefined) throw badResponse(`invalid value of header ${name}, ${kindOf(value)}: expected text`);
  const bad = UNSENDABLE.exec(text)?.[0];
  if (bad !== undefined) throw badResponse(`invalid character ${JSON.stringify(bad)} in header ${name}`);
  return text;
}

/** What the engine itself may add to the headers of an answer. */
const ADDED = 8;

/** Reports whether a value is a flat list of header names and values that are valid in HTTP, within the limits. */
export function isHeaderList(headers: unknown): headers is string[] {
  if (!Array.isArray(headers) || headers.length % 2 !== 0 || headers.length > 2 * (MAX_HEADERS + ADDED)) return false;
  let size = 0;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i];
    const value = headers[i + 1];
    if (typeof name !== "string" || typeof value !== "string" || !TOKEN.test(name) || UNSENDABLE.test(value)) {
      return false;
    }
    if ((size += name.length + value.length) > MAX_HEADER_SIZE + 1024) return false;
  }
  return true;
}

/** Returns the error for an answer that cannot be sent. */
export function badResponse(message: string): Error {
  return failure(`the response cannot be sent: ${message}`, { code: "bad_response" });
}
