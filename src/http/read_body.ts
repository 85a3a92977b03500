import { joinBytes, TIMED_OUT, within } from "../value/mod.ts";
import { bodyTooLarge, bodyTooLate } from "./http_error.ts";

/**
 * Reads the whole body of a request.
 *
 * @param maxBody The size limit, in bytes.
 * @param timeout In milliseconds.
 * @throws {Failure} `too_large` or `request_timeout`.
 * @throws {Error} If the client goes away.
 */
export async function readBody(request: Request, maxBody: number, timeout: number): Promise<Uint8Array> {
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > maxBody) throw bodyTooLarge(maxBody);
  const body = await within(timeout, declared === null ? readChunks(request, maxBody) : request.bytes());
  if (body === TIMED_OUT) throw bodyTooLate(timeout);
  return body;
}

async function readChunks(request: Request, maxBody: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body!) {
    size += chunk.byteLength;
    if (size > maxBody) throw bodyTooLarge(maxBody);
    // a chunk may be a few bytes of a buffer of many, of which a client can send any number
    chunks.push(chunk.byteLength < chunk.buffer.byteLength / 2 ? chunk.slice() : chunk);
  }
  return joinBytes(chunks);
}
