import { lazyParts } from "./lazy.ts";
import { isList, isMap, setKey, type Value } from "./value.ts";

/** Returns a deep copy. Lazy fields are decoded; errors and streams are shared with the original. */
export function copy(value: Value): Value {
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return value.map(copy);
  if (value instanceof Uint8Array) return value.slice();
  if (value instanceof Date) return new Date(value.getTime());
  if (!isMap(value)) return value;
  const map: Record<string, Value> = {};
  for (const key of Object.keys(value)) setKey(map, key, copy(value[key]!));
  return map;
}

/** Returns a value with its own lazy fields decoded, itself if it has none. @throws {Error} From a decoder. */
export function settled(value: Value): Value {
  return lazyParts(value) === undefined ? value : { ...(value as Record<string, Value>) };
}
