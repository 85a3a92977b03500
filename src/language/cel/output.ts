import { Optional } from "cel-js";
import { Duration, UnsignedInt } from "cel-js/evaluator";
import { failure, isError, isMap, lazyParts, setKey, Stream, type Value } from "../../value/mod.ts";
import { originalOf } from "./adapt.ts";

/**
 * Converts the result of an expression to a payload: an int becomes a number if it is safe, otherwise a bigint; a
 * duration and a type become strings, an optional becomes its value or null. A value from the variable comes back as the same object.
 *
 * @throws {Failure} `not_a_value` for a namespace such as `math`.
 */
export function toValue(result: unknown): Value {
  switch (typeof result) {
    case "bigint":
      return BigInt.asIntN(54, result) === result && result !== -(2n ** 53n) ? Number(result) : result;
    case "object":
      return result === null ? null : objectToValue(result);
    case "undefined":
      return null;
    default:
      return result as Value;
  }
}

function objectToValue(result: object): Value {
  const original = originalOf(result);
  if (original !== undefined) return original;
  if (Array.isArray(result)) {
    const list = result.map(toValue);
    return list.every((item, i) => item === result[i]) ? result : list;
  }
  if (result instanceof Uint8Array) return result.constructor === Uint8Array ? result : new Uint8Array(result);
  if (result instanceof Date || result instanceof Stream || isError(result)) return result;
  if (result instanceof UnsignedInt) return toValue(result.value);
  if (result instanceof Duration) return result.toString();
  if (result instanceof Optional) return toValue(result.orValue(null));
  if (result instanceof Map) return mapToValue([...result]);
  if (isMap(result)) {
    if (lazyParts(result) !== undefined) return result;
    const map = mapToValue(Object.entries(result));
    return Object.keys(map).every((key) => map[key] === result[key]) ? result : map;
  }
  const type = /^Type<(.*)>$/.exec(String(result))?.[1];
  if (type !== undefined) return type;
  throw failure("the expression returns a namespace: expected a value", { code: "not_a_value" });
}

function mapToValue(entries: readonly [unknown, unknown][]): Record<string, Value> {
  const map: Record<string, Value> = {};
  for (const [key, value] of entries) setKey(map, String(key), toValue(value));
  return map;
}
