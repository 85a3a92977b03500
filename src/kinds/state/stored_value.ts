import { decode, encode } from "../../storage/codec/mod.ts";
import { toStorable } from "../../storage/mod.ts";
import { asError, type Failure, failure, measure, type Value } from "../../value/mod.ts";

/** How large a stored value may be, in bytes. */
export const LARGEST_VALUE = 8 * 2 ** 20;

/** How long a key may be, in characters. */
export const LONGEST_KEY = 1_000;

/**
 * Encodes a value so that it comes back as it was: bytes, dates, bigints and errors too.
 *
 * @throws {Failure} `invalid_payload` if it cannot be stored, such as a stream; `too_large`.
 */
export function encodeValue(value: Value): Uint8Array<ArrayBuffer> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    measure(value); // what is larger than a payload may be is not copied
    bytes = encode(toStorable(value, "the value"));
  } catch (thrown) {
    const { message, code } = asError(thrown) as Failure;
    throw failure(message, { code: code === "too_large" ? code : "invalid_payload" });
  }
  if (bytes.length <= LARGEST_VALUE) return bytes;
  throw failure(`the value has ${bytes.length} bytes: expected at most ${LARGEST_VALUE}`, { code: "too_large" });
}

/** Decodes what `encodeValue` has made. */
export function decodeValue(bytes: Uint8Array): Value {
  return decode(bytes);
}

/** Returns a value as a key. @throws {Failure} `invalid_payload` if it is none. */
export function checkKey(key: Value | undefined, what = "key"): string {
  if (typeof key !== "string") {
    throw failure(`invalid ${what}: expected a text`, { code: "invalid_payload" });
  }
  if (key !== "" && key.length <= LONGEST_KEY && key.isWellFormed() && !key.includes("\0")) return key;
  throw failure(
    `invalid ${what} of ${key.length} characters: expected 1 to ${LONGEST_KEY} characters of Unicode, without NUL`,
    { code: "invalid_payload" },
  );
}
