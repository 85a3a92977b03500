import { isError, isList, isMap, Stream, type Value, type ValueMap } from "../../value/mod.ts";

/** What stands in the place of a secret. */
export const REDACTED = "REDACTED";

const SECRET = /authorization|cookie|token|secret|passw|api[-_]?key|credential|signature|session/i;

/** Reports whether what has a name may be a secret. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name);
}

/** Why a value cannot be recorded. */
export class Unrecordable extends Error {}

/**
 * Returns a value as a test file holds it, without what may be a secret.
 *
 * @throws {Unrecordable} If it is a stream, or bytes that are no text.
 */
export function recordable(value: Value): unknown {
  if (isError(value)) return value.message;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Stream) throw new Unrecordable("it is a stream");
  if (value instanceof Uint8Array) return textOf(value);
  if (typeof value === "bigint") return Number(value);
  if (isList(value)) return value.map(recordable);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value as ValueMap).map(([key, item]) => [key, isSecretName(key) ? REDACTED : recordable(item)]),
  );
}

/** Returns bytes as text. @throws {Unrecordable} If they are none. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Unrecordable("it has bytes that are no text");
  }
}

const CHANGING = /^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*Z?)$/i;

/** Returns what is expected of a recorded value: of ids, times and secrets only that they are text. */
export function expected(value: unknown): unknown {
  if (typeof value === "string") return value === REDACTED || CHANGING.test(value) ? { type: "string" } : value;
  if (Array.isArray(value)) return value.map(expected);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, expected(item)]));
}
