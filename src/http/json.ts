import { failure, isError, isList, isMap, measure, PACKET_LIMITS, Stream, type Value } from "../value/mod.ts";
import { badRequest } from "./http_error.ts";

/**
 * Reads JSON text that comes from outside.
 *
 * @param what What the text is, for the message: `the body`.
 * @throws {Failure} `bad_request` if it is not JSON, or nested deeper or larger than a packet may be.
 */
export function parseJson(text: string, what: string): Value {
  let value: Value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badRequest(`${what} is not JSON: ${(error as Error).message}`);
  }
  // A level takes two characters at least, so a short text needs no look.
  if (text.length > 2 * PACKET_LIMITS.depth) {
    try {
      measure(value);
    } catch (error) {
      throw badRequest(`${what} is no JSON that is taken here: ${(error as Error).message}`);
    }
  }
  return value;
}

/**
 * Writes a value as JSON: keys in the author's order, bigint as a number, Date as ISO 8601, bytes as base64, an error as
 * its message, NaN and the infinities as null.
 *
 * @throws {Failure} `not_a_value` for a stream.
 */
export function encodeJson(value: Value): string {
  return isNative(value) ? JSON.stringify(value) : JSON.stringify(value, replace);
}

/** Whether `JSON.stringify` alone writes the value so; a replacer makes it several times slower. */
function isNative(value: Value): boolean {
  if (value === null || typeof value !== "object") return typeof value !== "bigint";
  if (isList(value)) return value.every(isNative);
  if (value instanceof Date) return true;
  if (!isMap(value)) return false;
  for (const key in value) if (!isNative(value[key]!)) return false;
  return true;
}

const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

function replace(this: Record<string, Value>, key: string, written: unknown): unknown {
  const value = this[key]!; // not what a `toJSON` made of it
  if (typeof value === "bigint") return rawJSON(String(value));
  if (value instanceof Uint8Array) return value.toBase64();
  if (isError(value)) return value.message;
  if (value instanceof Stream) throw failure("a stream cannot be a part of JSON", { code: "not_a_value" });
  return written;
}
