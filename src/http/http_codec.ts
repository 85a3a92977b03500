import { type Answer, type Codec, Stream } from "../value/mod.ts";
import { findHeader } from "./header.ts";
import { doubtOf } from "./near_response.ts";
import { type RawRequest, requestPayload } from "./request.ts";
import { BODILESS, encodeResponse, type RawResponse, type ResponseRequest } from "./response.ts";
import { isHeaderList } from "./response_header.ts";

/** A body in encoded form: a string, bytes, the ticket of a stream, or none. */
type Body = string | Uint8Array | number | null;

/** Whether to compress the answer: false, by default rules, or from which size, and what types if not those that shrink. */
export type Compress = boolean | readonly [minimum: number, types: readonly string[] | null];

/**
 * An encoded request: method, url, headers (as written by `headerText`), body, maxBody, whether to compress the answer,
 * the address of the client, whether the payload has the body as it came too.
 */
export type RequestData = readonly [string, string, string, Body, number, Compress, string, boolean];

/** An encoded response: status, headers, body. */
export type ResponseData = readonly [number, readonly string[], Body];

/** Encodes requests and responses for the way between the host and an executor. */
export const httpCodec: Codec = {
  number: 1,
  open: (data) => requestPayload(readRequest(data as RequestData)),
  encode(answer: Answer, asked: unknown): ResponseData {
    const response = encodeResponse(answer, responseRequest(asked as RequestData), { process: "" });
    if (response.error !== undefined) throw response.error;
    return writeResponse(response);
  },
  doubtOf,
  isEncoded: isResponseData,
};

/** Returns the parts of a request that its response depends on. */
export function responseRequest([method, , headers, , , compress]: RequestData): ResponseRequest {
  const accept = findHeader(headers, "accept");
  if (compress === false) return { method, accept };
  const acceptEncoding = findHeader(headers, "accept-encoding") ?? "";
  if (compress === true) return { method, accept, acceptEncoding };
  const [minimum, types] = compress;
  return { method, accept, acceptEncoding, compression: { minimum, types: types ?? undefined } };
}

function isResponseData(data: unknown): data is ResponseData {
  if (!Array.isArray(data) || data.length !== 3) return false;
  const [status, headers, body] = data;
  if (!Number.isInteger(status) || status < 200 || status > 599 || !isHeaderList(headers)) return false;
  if (body === null) return true;
  return !BODILESS.has(status) && (typeof body === "string" || typeof body === "number" || body instanceof Uint8Array);
}

function readRequest([method, url, headers, body, maxBody, , client, rawBody]: RequestData): RawRequest {
  const read = readBody(body) as RawRequest["body"];
  return { method, url, protocol: "HTTP/1.1", headers, body: read, maxBody, client, rawBody };
}

/** Encodes a response. */
export function writeResponse({ status, headers, body }: RawResponse): ResponseData {
  return [status, headers, body instanceof Stream ? body.ticket : body];
}

/** Decodes a response. */
export function readResponse([status, headers, body]: ResponseData): RawResponse {
  return { status, headers, body: readBody(body) };
}

function readBody(body: Body): string | Uint8Array | Stream | null {
  return typeof body === "number" ? Stream.of(body) : body;
}
