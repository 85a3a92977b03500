import { isError, isList, isMap, kindOf, lazyParts, setKey, Stream, type Value } from "../value/mod.ts";
import { StorageError } from "./error.ts";

/** How deep a stored value may be nested. */
const MAX_DEPTH = 200;

/**
 * Copies a value into the form that every store gives back: plain lists and maps, bytes as `Uint8Array`, nothing lazy.
 *
 * @param where Names the value in errors: `app:hello: data`.
 * @throws {StorageError} `invalid`, for a function, symbol, undefined, stream or foreign object, for a string that is
 * not well-formed Unicode, and for values nested deeper than 200 levels.
 */
export function toStorable(value: unknown, where: string): Value {
  return copy(value, where, MAX_DEPTH);
}

function copy(value: unknown, where: string, depth: number): Value {
  switch (typeof value) {
    case "string":
      return copyString(value, where);
    case "number":
    case "boolean":
    case "bigint":
      return value;
    case "object":
      return value === null ? null : copyObject(value, where, depth);
    default:
      return reject(where, value === undefined ? "undefined" : `a ${typeof value}`);
  }
}

function copyObject(value: object, where: string, depth: number): Value {
  if (depth === 0) return reject(where, `nested deeper than ${MAX_DEPTH} levels`);
  if (isList(value)) return Array.from(value, (item, index) => copy(item, `${where}[${index}]`, depth - 1));
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (value instanceof Date) return new Date(value.getTime());
  if (isError(value)) return value;
  if (lazyParts(value) === undefined && !isMap(value)) {
    return reject(where, value instanceof Stream ? "a stream" : `a ${value.constructor?.name ?? kindOf(value)}`);
  }
  const map: Record<string, Value> = {};
  for (const key of Object.keys(value)) {
    const inside = `${where}.${key}`;
    setKey(map, copyString(key, inside), copy((value as Record<string, unknown>)[key], inside, depth - 1));
  }
  return map;
}

function copyString(value: string, where: string): string {
  return value.isWellFormed() ? value : reject(where, "a string that is not well-formed Unicode");
}

function reject(where: string, what: string): never {
  throw new StorageError("invalid", `${where} is ${what}, which cannot be stored`);
}
