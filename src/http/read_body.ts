import { bodyTooLarge, bodyTooLate } from "./http_error.ts";

/**
 * Reads the body of a request whole.
 *
 * @param maxBody In bytes.
 * @param timeout In milliseconds.
 * @throws {Error} If it is larger (status 413), does not arrive in time (408), or the client goes away.
 */
export async function readBody(request: Request, maxBody: number, timeout: number): Promise<Uint8Array> {
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > maxBody) throw bodyTooLarge(maxBody);
  const timer = Promise.withResolvers<never>();
  const clock = setTimeout(() => timer.reject(bodyTooLate(timeout)), timeout);
  try {
    return await Promise.race([declared === null ? readChunks(request, maxBody) : request.bytes(), timer.promise]);
  } finally {
    clearTimeout(clock);
  }
}

async function readChunks(request: Request, maxBody: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body!) {
    size += chunk.byteLength;
    if (size > maxBody) throw bodyTooLarge(maxBody);
    chunks.push(chunk);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body;
}
