import { lazyParts } from "./lazy.ts";
import { isList, isMap, setKey, type Value } from "./value.ts";

/** A copy that shares no list, map, bytes or date with the original. Lazy fields are decoded; errors and streams stay. */
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

/** The value with its lazy fields decoded, itself if it has none. @throws {Error} What a decoder throws. */
export function settled(value: Value): Value {
  return lazyParts(value) === undefined ? value : { ...(value as Record<string, Value>) };
}
