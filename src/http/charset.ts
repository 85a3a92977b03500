import { badRequest, unsupportedMediaType } from "./http_error.ts";

// Captured now: an executor deletes the web globals before it runs user code.
const Decoder = TextDecoder;
const utf8 = new Decoder("utf-8", { fatal: true });

/** Reports whether a charset label means UTF-8. @param charset Default: UTF-8. */
export function isUtf8(charset: string | undefined): boolean {
  return charset === undefined || /^\s*utf-?8\s*$/i.test(charset);
}

/**
 * Decodes bytes to a string, without the byte order mark.
 *
 * @param charset Any label of the Encoding Standard (`latin1`, `utf-16`, `euc-kr`, ...). Default UTF-8.
 * @param what Names the bytes in messages: `the body`.
 * @throws {Failure} `unsupported_media_type` for an unknown label, `bad_request` for invalid bytes.
 */
export function decodeText(bytes: Uint8Array, charset: string | undefined, what: string): string {
  const decoder = isUtf8(charset) ? utf8 : decoderOf(charset!, bytes, what);
  try {
    return decoder.decode(bytes);
  } catch {
    throw badRequest(`${what} is not ${decoder === utf8 ? "UTF-8" : charset} text`);
  }
}

function decoderOf(charset: string, bytes: Uint8Array, what: string): TextDecoder {
  // In the Encoding Standard `utf-16` is always little-endian; in HTTP bodies its byte order mark decides.
  const bigEndian = /^\s*utf-16\s*$/i.test(charset) && bytes[0] === 0xfe && bytes[1] === 0xff;
  try {
    return new Decoder(bigEndian ? "utf-16be" : charset, { fatal: true });
  } catch {
    throw unsupportedMediaType(`unknown charset ${JSON.stringify(charset)} of ${what}`);
  }
}
