import { failure, isError, isList, isMap, measure, PACKET_LIMITS, Stream, type Value } from "../value/mod.ts";
import { badRequest } from "./http_error.ts";

/**
 * Parses JSON that comes from a client.
 *
 * @param what Names the JSON in messages: `the body`.
 * @throws {Failure} `bad_request` if it is invalid, or exceeds `PACKET_LIMITS`.
 */
export function parseJson(text: string, what: string): Value {
  let value: Value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badRequest(`${what} is not JSON: ${(error as Error).message}`);
  }
  // A level of nesting takes at least two characters, so short JSON need not be measured.
  if (text.length > 2 * PACKET_LIMITS.depth) {
    try {
      measure(value);
    } catch (error) {
      throw badRequest(`${what} exceeds the limits of a payload: ${(error as Error).message}`);
    }
  }
  return value;
}

/**
 * Encodes a value as JSON: keys in their order, a bigint as a number, a date as ISO 8601, bytes as base64, an error as
 * its message, NaN and infinities as null.
 *
 * @throws {Failure} `not_a_value` for a stream.
 */
export function encodeJson(value: Value): string {
  return isNative(value) ? JSON.stringify(value) : JSON.stringify(value, replace);
}

/** Reports whether `JSON.stringify` needs no replacer for a value; a replacer makes it several times slower. */
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
  const value = this[key]!; // not the result of its `toJSON`
  if (typeof value === "bigint") return rawJSON(String(value));
  if (value instanceof Uint8Array) return value.toBase64();
  if (isError(value)) return value.message;
  if (value instanceof Stream) throw failure("a stream cannot be part of JSON", { code: "not_a_value" });
  return written;
}
