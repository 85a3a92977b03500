import type { Stream } from "./stream.ts";

/**
 * A payload of a packet: plain JavaScript data, so that a node needs no library to read it. A list is an array, a map is
 * a plain object in which every own key counts (even `__proto__`), bytes are a `Uint8Array`. An error is a value like
 * any other: it is returned as an answer and never thrown beyond a node.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | Error
  | Stream
  | readonly Value[]
  | ValueMap;

/** A map of values by name. */
export interface ValueMap {
  /** A value. */
  readonly [key: string]: Value;
}

/** The answer of a node that has no answer. Unlike `null`, it is dropped by a merge. */
export const NONE: unique symbol = Symbol("none");

/** The answer to a packet. */
export type Answer = Value | typeof NONE;

/** Reports whether a value is an error. */
export function isError(value: unknown): value is Error {
  return value instanceof Error;
}

/** Reports whether a value is a list. */
export function isList(value: unknown): value is readonly Value[] {
  return Array.isArray(value);
}

/** Reports whether a value is a map: a plain object. */
export function isMap(value: unknown): value is ValueMap {
  if (value === null || typeof value !== "object") return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Returns the type of a value as error messages name it: `text`, `list`, `map`, `number`, ... */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return "text";
  if (typeof value !== "object") return typeof value;
  if (Array.isArray(value)) return "list";
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof Date) return "date";
  if (value instanceof Error) return "error";
  return isMap(value) ? "map" : "stream";
}

/** Sets a key of a map under construction. `__proto__` is a key like any other. */
export function setKey<T>(map: Record<string, T>, key: string, value: T): void {
  if (key === "__proto__") {
    Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    map[key] = value;
  }
}
