import { isError, isList, isMap, kindOf, lazyParts, setKey, Stream, type Value } from "../value/mod.ts";
import { RegistryError } from "./errors.ts";

/** How deep a stored value may be nested. */
const MAX_DEPTH = 200;

/**
 * A copy in the form that every store gives back: plain lists and maps, bytes as `Uint8Array`, nothing lazy.
 *
 * @param where Names the value in errors: `app:hello: data`.
 * @throws {RegistryError} `invalid`, for a function, symbol, undefined, stream or foreign object, for text that is not
 * well-formed Unicode, and past a depth of 200.
 */
export function storable(value: unknown, where: string): Value {
  return walk(value, where, MAX_DEPTH);
}

function walk(value: unknown, where: string, depth: number): Value {
  switch (typeof value) {
    case "string":
      return text(value, where);
    case "number":
    case "boolean":
    case "bigint":
      return value;
    case "object":
      return value === null ? null : walkObject(value, where, depth);
    default:
      return refuse(where, value === undefined ? "undefined" : `a ${typeof value}`);
  }
}

function walkObject(value: object, where: string, depth: number): Value {
  if (depth === 0) return refuse(where, `nested deeper than ${MAX_DEPTH}`);
  if (isList(value)) return Array.from(value, (item, index) => walk(item, `${where}[${index}]`, depth - 1));
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (value instanceof Date) return new Date(value.getTime());
  if (isError(value)) return value;
  if (lazyParts(value) === undefined && !isMap(value)) {
    return refuse(where, value instanceof Stream ? "a stream" : `a ${value.constructor?.name ?? kindOf(value)}`);
  }
  const map: Record<string, Value> = {};
  for (const key of Object.keys(value)) {
    const inside = `${where}.${key}`;
    setKey(map, text(key, inside), walk((value as Record<string, unknown>)[key], inside, depth - 1));
  }
  return map;
}

function text(value: string, where: string): string {
  return value.isWellFormed() ? value : refuse(where, "text that is not well-formed Unicode");
}

function refuse(where: string, what: string): never {
  throw new RegistryError("invalid", `${where} is ${what}, which cannot be stored`);
}
