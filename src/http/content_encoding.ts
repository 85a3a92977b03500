import { gunzipSync, inflateRawSync, inflateSync, type InputType, type ZlibOptions } from "node:zlib";
import { badRequest, bodyTooLarge, unsupportedMediaType } from "./http_error.ts";

/** Each encoding costs a pass over at most `maxBody` bytes, and clients do not need more. */
const MAX_ENCODINGS = 4;

type Decompress = (bytes: InputType, options: ZlibOptions) => Uint8Array;

// `br` is left out on purpose: the brotli decoder of Deno 2.9 accepts a corrupted stream as a truncated one, and each
// of them leaks memory (24 KB for a body of 300 bytes) and makes the runtime print to standard output.
const DECOMPRESS: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ["gzip", gunzipSync],
  ["x-gzip", gunzipSync],
  ["deflate", inflate],
]);

/** Parses a `Content-Encoding`. Returns the encodings in the order in which they were applied, without `identity`. */
export function contentEncodings(header: string | undefined): string[] {
  if (header === undefined) return [];
  return header.toLowerCase().split(",").map((name) => name.trim()).filter((name) =>
    name !== "" && name !== "identity"
  );
}

/**
 * Decompresses a body.
 *
 * @param encodings In the order in which they were applied: `gzip`, `x-gzip`, `deflate` (zlib or raw).
 * @param maxBody The size limit after each step, in bytes.
 * @throws {Failure} `unsupported_media_type` for an unknown encoding, `too_large` beyond `maxBody`, `bad_request` for
 *   invalid data.
 */
export function decompress(bytes: Uint8Array, encodings: readonly string[], maxBody: number): Uint8Array {
  if (encodings.length > MAX_ENCODINGS) {
    throw unsupportedMediaType(
      `the body has ${encodings.length} content encodings: expected at most ${MAX_ENCODINGS}`,
    );
  }
  return encodings.reduceRight((encoded, name) => decompressOnce(encoded, name, maxBody), bytes);
}

function decompressOnce(bytes: Uint8Array, name: string, maxBody: number): Uint8Array {
  const run = DECOMPRESS.get(name);
  if (run === undefined) {
    throw unsupportedMediaType(
      `unknown content encoding ${JSON.stringify(name)} of the body: expected gzip or deflate`,
    );
  }
  try {
    // Copied: the bytes of a payload are a plain `Uint8Array` that covers its whole buffer.
    return new Uint8Array(withProcess(() => run(bytes, { maxOutputLength: maxBody })));
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code === "ERR_BUFFER_TOO_LARGE") throw bodyTooLarge(maxBody);
    throw badRequest(`the body is not valid ${name}: ${message}`);
  }
}

/**
 * Calls node:zlib, which reports a failure by a global `process` that executors do not have. The stand-in is there only
 * meanwhile.
 */
function withProcess<T>(call: () => T): T {
  if ("process" in globalThis) return call();
  const stripped = globalThis as { process?: unknown };
  stripped.process = { nextTick() {} };
  try {
    return call();
  } finally {
    delete stripped.process;
  }
}

/** Decompresses `deflate`, which means zlib, although some clients send the raw stream. The zlib header tells. */
function inflate(bytes: InputType, options: ZlibOptions): Uint8Array {
  const [first = 0, second = 0] = bytes as Uint8Array;
  const zlib = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
  return zlib ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
}
