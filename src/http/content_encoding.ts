import { gunzipSync, inflateRawSync, inflateSync, type InputType, type ZlibOptions } from "node:zlib";
import { badRequest, bodyTooLarge, unsupportedMediaType } from "./http_error.ts";

/** Each costs a pass over at most `maxBody` bytes; nobody needs more. */
const MAX_ENCODINGS = 4;

type Decompress = (bytes: InputType, options: ZlibOptions) => Uint8Array;

// `br` is left out on purpose: the brotli decoder of Deno 2.9 takes a corrupted stream for a short one, and each leaks
// memory for good (24 KB for a body of 300 bytes) and prints to standard output from inside the runtime.
const DECOMPRESS: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ["gzip", gunzipSync],
  ["x-gzip", gunzipSync],
  ["deflate", inflate],
]);

/** The encodings of a `Content-Encoding`, in the order they were applied, without `identity`. */
export function contentEncodings(header: string | undefined): string[] {
  if (header === undefined) return [];
  return header.toLowerCase().split(",").map((name) => name.trim()).filter((name) =>
    name !== "" && name !== "identity"
  );
}

/**
 * Undoes content encodings.
 *
 * @param encodings In the order they were applied: `gzip`, `x-gzip`, `deflate` (zlib or raw).
 * @param maxBody How many bytes any step may yield.
 * @throws {Failure} `unsupported_media_type` for an unknown encoding, `too_large` past `maxBody`, `bad_request` for
 *   bytes that are not so encoded.
 */
export function decompress(bytes: Uint8Array, encodings: readonly string[], maxBody: number): Uint8Array {
  if (encodings.length > MAX_ENCODINGS) {
    throw unsupportedMediaType(
      `the body has ${encodings.length} content encodings, at most ${MAX_ENCODINGS} are undone`,
    );
  }
  return encodings.reduceRight((encoded, name) => decompressOnce(encoded, name, maxBody), bytes);
}

function decompressOnce(bytes: Uint8Array, name: string, maxBody: number): Uint8Array {
  const run = DECOMPRESS.get(name);
  if (run === undefined) {
    throw unsupportedMediaType(`the body is encoded as ${JSON.stringify(name)}, known are gzip and deflate`);
  }
  try {
    // Copied: a payload's bytes are a plain `Uint8Array` over no more than they show.
    return new Uint8Array(run(bytes, { maxOutputLength: maxBody }));
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code === "ERR_BUFFER_TOO_LARGE") throw bodyTooLarge(maxBody);
    throw badRequest(`the body is not ${name}: ${message}`);
  }
}

/** `deflate` means zlib, but some clients send the raw stream; zlib's header tells them apart. */
function inflate(bytes: InputType, options: ZlibOptions): Uint8Array {
  const [first = 0, second = 0] = bytes as Uint8Array;
  const zlib = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
  return zlib ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
}
