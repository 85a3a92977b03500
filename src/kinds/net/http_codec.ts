import { type Answer, type Codec, Stream } from "../../value/mod.ts";
import { findHeader } from "./header.ts";
import { type RawRequest, requestPayload } from "./request.ts";
import { encodeResponse, type RawResponse } from "./response.ts";

/** A body as it crosses: text, bytes, the ticket of a stream, or none. */
type Body = string | Uint8Array | number | null;

/** A request in written form: method, url, protocol, headers, body, maxBody. */
export type RequestData = readonly [string, string, string, readonly string[], Body, number];

/** A response in written form: status, headers, body. */
export type ResponseData = readonly [number, readonly string[], Body];

/** How requests and responses cross between the host and an executor. */
export const httpCodec: Codec = {
  number: 1,
  open: (data) => requestPayload(readRequest(data as RequestData)),
  seal(answer: Answer, asked: unknown): ResponseData {
    const [method, , , headers] = asked as RequestData;
    const response = encodeResponse(answer, { method, accept: findHeader(headers, "accept") }, { process: "" });
    if (response.error !== undefined) throw response.error;
    return writeResponse(response);
  },
};

function readRequest([method, url, protocol, headers, body, maxBody]: RequestData): RawRequest {
  return { method, url, protocol, headers, body: readBody(body) as RawRequest["body"], maxBody };
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
