import type { ErrorRecord, Failure } from "./error.ts";
import { type LazyField, lazyMap, lazyParts } from "./lazy.ts";
import { type Measure, measure, PACKET_LIMITS } from "./limits.ts";
import { Stream } from "./stream.ts";
import { type Answer, isError, isList, isMap, NONE, setKey, type Value } from "./value.ts";

/** The form of a payload in a message between threads. */
export enum Form {
  /** The value itself, posted by structured clone: strings, numbers, bytes, null. */
  Plain,
  /** JSON. Cheaper than a clone of objects: 38 µs a round trip against 143 for a list of 100 small maps. */
  Json,
  /** A clone in which each error, stream and lazy map is replaced by a tagged `Map`, which no payload contains. */
  Tagged,
  /** `NONE`. */
  None,
}

/** A payload in the form in which it is posted. */
export interface Wire {
  form: Form;
  data: unknown;
  /** The approximate size, in bytes. */
  size: number;
}

const tiny = { nodes: 1, size: 8, json: true, clone: true } satisfies Measure;

/** Encodes a payload for another thread. @throws {Failure} If it exceeds `PACKET_LIMITS`, or is not a value. */
export function toWire(value: Answer): Wire {
  if (value === NONE) return { form: Form.None, data: null, size: 0 };
  if (value === null || typeof value === "number" || typeof value === "boolean") {
    return { form: Form.Plain, data: value, size: tiny.size };
  }
  const { size, json, clone } = measure(value, PACKET_LIMITS);
  if (typeof value !== "object") return { form: Form.Plain, data: value, size };
  if (json) return { form: Form.Json, data: JSON.stringify(value), size };
  return { form: clone ? Form.Plain : Form.Tagged, data: clone ? value : tag(value), size };
}

/** Decodes what `toWire` returned. */
export function fromWire(form: Form, data: unknown): Answer {
  switch (form) {
    case Form.Plain:
      return data as Value;
    case Form.Json:
      return JSON.parse(data as string) as Value;
    case Form.Tagged:
      return untag(data);
    case Form.None:
      return NONE;
  }
}

type Tag = Map<"error" | "stream" | "lazy", unknown>;

function tag(value: Value): unknown {
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return value.map(tag);
  if (isError(value)) return tagError(value, CAUSES);
  if (value instanceof Stream) return new Map([["stream", value.ticket]]) as Tag;
  const lazy = lazyParts(value);
  if (lazy !== undefined) {
    const fields: Record<string, unknown> = {};
    for (const key of Object.keys(lazy.fields)) {
      setKey(fields, key, Object.hasOwn(lazy.lazy, key) ? null : tag(lazy.fields[key]!));
    }
    return new Map([["lazy", { fields, lazy: lazy.lazy }]]) as Tag;
  }
  if (!isMap(value)) return value;
  const map: Record<string, unknown> = {};
  for (const key of Object.keys(value)) setKey(map, key, tag(value[key]!));
  return map;
}

function tagError(error: Error, causes: number): Tag {
  return new Map([["error", toErrorRecord(error, causes)]]);
}

function untag(data: unknown): Value {
  if (data === null || typeof data !== "object") return data as Value;
  if (Array.isArray(data)) return data.map(untag);
  if (data instanceof Map) {
    if (data.has("error")) return fromErrorRecord(data.get("error"));
    if (data.has("stream")) return Stream.of(data.get("stream"));
    const { fields, lazy } = data.get("lazy") as { fields: Record<string, unknown>; lazy: Record<string, LazyField> };
    return lazyMap({ fields: untag(fields) as Record<string, Value>, lazy });
  }
  if (data instanceof Uint8Array || data instanceof Date) return data;
  const map: Record<string, Value> = {};
  for (const key of Object.keys(data)) setKey(map, key, untag((data as Record<string, unknown>)[key]));
  return map;
}

const NATIVE: Record<string, new (message: string) => Error> = { TypeError, RangeError, SyntaxError, ReferenceError };

/** Maximum length of a chain of causes. */
const CAUSES = 20;

/** Converts an error to plain data, with its causes (at most 20) and joined errors. */
export function toErrorRecord(error: Failure, causes = CAUSES): ErrorRecord {
  const record: ErrorRecord = { name: error.name, message: error.message };
  if (error.code !== undefined) record.code = error.code;
  if (error.details !== undefined) record.details = tag(error.details);
  if (error.position !== undefined) record.position = error.position;
  if (error.path !== undefined) record.path = error.path;
  if (error.stack !== undefined) record.stack = error.stack;
  const { cause } = error;
  if (isError(cause)) { if (causes > 0) record.cause = tagError(cause, causes - 1); }
  else if (cause !== undefined) record.cause = String(cause);
  if (error instanceof AggregateError && causes > 0) {
    record.errors = error.errors.filter(isError).map((inner) => tagError(inner, causes - 1));
  }
  return record;
}

/** Creates the error that a record describes. Fields of the wrong type are ignored. */
export function fromErrorRecord(record: ErrorRecord): Error {
  const name = stringOr(record.name, "Error");
  const message = stringOr(record.message, "");
  const native = NATIVE[name];
  const error: Failure = Array.isArray(record.errors)
    ? new AggregateError(record.errors.map(untag), message)
    : native !== undefined
    ? new native(message)
    : new Error(message);
  if (error.name !== name) {
    Object.defineProperty(error, "name", { value: name, writable: true, configurable: true });
  }
  Object.defineProperty(error, "stack", {
    value: stringOr(record.stack, undefined),
    writable: true,
    configurable: true,
  });
  if (record.cause !== undefined) error.cause = untag(record.cause);
  if (typeof record.code === "string") error.code = record.code;
  if (record.details !== undefined) error.details = untag(record.details);
  if (typeof record.position === "string") error.position = record.position;
  if (Array.isArray(record.path)) error.path = record.path.filter((step) => typeof step === "string");
  return error;
}

function stringOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === "string" ? value : otherwise;
}
