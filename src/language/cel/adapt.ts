import {
  decodeField,
  type Failure,
  failure,
  isError,
  isList,
  isMap,
  type LazyParts,
  lazyParts,
  type Value,
  type ValueMap,
} from "../../value/mod.ts";

/** What stands in the place of a value while an expression looks at it, and the value. */
const originals = new WeakMap<object, Value>();

/**
 * The value in a form that the library can look into, itself if it is in one already. The library tells values apart by
 * their `constructor`, so a map that has a key of that name becomes a `Map`, and an error of a subclass an `Error`.
 */
export function adapt(value: Value): Value {
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) {
    const adapted = value.map(adapt);
    return adapted.some((item, i) => item !== value[i]) ? standIn(adapted, value) : value;
  }
  if (value instanceof Uint8Array) return value.constructor === Uint8Array ? value : new Uint8Array(value);
  if (isError(value)) return adaptError(value);
  if (!isMap(value)) return value;
  const lazy = lazyParts(value);
  return lazy === undefined ? adaptMap(value) : standIn(adaptLazyMap(lazy), value);
}

/** The value that something stands in for; undefined if it stands in for none. */
export function originalOf(value: object): Value | undefined {
  return originals.get(value);
}

function standIn<T extends object & Value>(adapted: T, value: Value): T {
  originals.set(adapted, value);
  return adapted;
}

function adaptMap(map: ValueMap): Value {
  const keys = Object.keys(map);
  const adapted = keys.map((key) => adapt(map[key]!));
  if (!keys.includes("constructor")) {
    if (adapted.every((field, i) => field === map[keys[i]!])) return map;
    return standIn(Object.fromEntries(keys.map((key, i) => [key, adapted[i]!])), map);
  }
  // the library takes a Map for a map
  return standIn(new Map(keys.map((key, i) => [key, adapted[i]])) as unknown as ValueMap, map);
}

/** A map whose lazy fields are decoded, and adapted, when they are read. */
function adaptLazyMap({ fields, lazy }: LazyParts): ValueMap {
  const adapted = {};
  for (const key of Object.keys(fields)) {
    const read = Object.hasOwn(lazy, key) ? () => adapt(decodeField(lazy[key]!)) : () => adapt(fields[key]!);
    let value: Value | undefined;
    Object.defineProperty(adapted, key, { get: () => value ??= read(), enumerable: true });
  }
  return adapted;
}

function adaptError(error: Failure): Failure {
  const details = error.details === undefined ? undefined : adapt(error.details);
  const cause = isError(error.cause) ? adaptError(error.cause) : error.cause;
  if (error.constructor === Error && details === error.details && cause === error.cause) return error;
  const adapted: Failure = failure(error.message, { cause });
  if (error.code !== undefined) adapted.code = error.code;
  if (details !== undefined) adapted.details = details;
  Object.defineProperty(adapted, "name", { value: error.name });
  if (error instanceof AggregateError) Object.defineProperty(adapted, "errors", { value: error.errors.map(adapt) });
  return standIn(adapted, error);
}
