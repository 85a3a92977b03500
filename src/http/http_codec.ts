import { type Answer, type Codec, Stream } from "../value/mod.ts";
import { findHeader } from "./header.ts";
import { type RawRequest, requestPayload } from "./request.ts";
import { BODILESS, encodeResponse, type RawResponse } from "./response.ts";
import { isHeaderList } from "./response_header.ts";

/** A body as it crosses: text, bytes, the ticket of a stream, or none. */
type Body = string | Uint8Array | number | null;

/** A request in written form: method, url, headers, body, maxBody. The headers are one text (see `headerText`). */
export type RequestData = readonly [string, string, string, Body, number];

/** A response in written form: status, headers, body. */
export type ResponseData = readonly [number, readonly string[], Body];

/** How requests and responses cross between the host and an executor. */
export const httpCodec: Codec = {
  number: 1,
  open: (data) => requestPayload(readRequest(data as RequestData)),
  encode(answer: Answer, asked: unknown): ResponseData {
    const [method, , headers] = asked as RequestData;
    const response = encodeResponse(answer, { method, accept: findHeader(headers, "accept") }, {
      process: "",
    });
    if (response.error !== undefined) throw response.error;
    return writeResponse(response);
  },
  isEncoded: isResponseData,
};

function isResponseData(data: unknown): data is ResponseData {
  if (!Array.isArray(data) || data.length !== 3) return false;
  const [status, headers, body] = data;
  if (!Number.isInteger(status) || status < 200 || status > 599 || !isHeaderList(headers)) return false;
  if (body === null) return true;
  return !BODILESS.has(status) && (typeof body === "string" || typeof body === "number" || body instanceof Uint8Array);
}

function readRequest([method, url, headers, body, maxBody]: RequestData): RawRequest {
  const read = readBody(body) as RawRequest["body"];
  return { method, url, protocol: "HTTP/1.1", headers, body: read, maxBody };
}

/** A response in the form in which it crosses. */
export function writeResponse({ status, headers, body }: RawResponse): ResponseData {
  return [status, headers, body instanceof Stream ? body.ticket : body];
}

/** A response from the form in which it crosses. */
export function readResponse([status, headers, body]: ResponseData): RawResponse {
  return { status, headers, body: readBody(body) };
}

function readBody(body: Body): string | Uint8Array | Stream | null {
  return typeof body === "number" ? Stream.of(body) : body;
}
