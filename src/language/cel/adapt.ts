import {
  decodeField,
  type Failure,
  isError,
  isList,
  isMap,
  type LazyParts,
  lazyParts,
  type Value,
  type ValueMap,
} from "../../value/mod.ts";

/** The original value of each stand-in that an expression was given. */
const originals = new WeakMap<object, Value>();

/**
 * Converts a value to a form that the CEL library supports; returns the value itself if it already is. The library
 * recognizes values by their `constructor`, so a map with a key of that name becomes a `Map`, and an error of a subclass
 * an `Error`.
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
  return lazy === undefined ? adaptMap(value) : standIn(adaptLazyMap(lazy) as ValueMap, value);
}

/** Returns the original of a stand-in that `adapt` created, undefined for other values. */
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
  // The library treats a Map as a map.
  return standIn(new Map(keys.map((key, i) => [key, adapted[i]])) as unknown as ValueMap, map);
}

/** Returns a map whose lazy fields are decoded and adapted when they are read. */
function adaptLazyMap({ fields, lazy }: LazyParts): Value {
  const adapted = {};
  for (const key of Object.keys(fields)) {
    const read = Object.hasOwn(lazy, key) ? () => adapt(decodeField(lazy[key]!)) : () => adapt(fields[key]!);
    let value: Value | undefined;
    Object.defineProperty(adapted, key, { get: () => value ??= read(), enumerable: true });
  }
  // A `Map` cannot have lazy fields, so all are decoded.
  return Object.hasOwn(adapted, "constructor") ? adaptMap({ ...adapted }) : adapted;
}

/** Maximum number of causes that are adapted: they may form a cycle. */
const CAUSES = 32;

/** Returns an object that inherits from the error and has `Error` as its constructor. */
function adaptError(error: Failure, depth = 0): Failure {
  if (depth === CAUSES) return error;
  const { details, cause } = error;
  const adapted = {
    details: details === undefined ? undefined : adapt(details),
    cause: isError(cause) ? adaptError(cause, depth + 1) : cause,
    errors: error instanceof AggregateError
      ? error.errors.map((inner) => isError(inner) ? adaptError(inner, depth + 1) : inner)
      : undefined,
  };
  if (error.constructor === Error && adapted.details === details && adapted.cause === cause) return error;
  const heir = Object.create(error, { constructor: { value: Error } });
  for (const [key, value] of Object.entries(adapted)) {
    if (value !== undefined) Object.defineProperty(heir, key, { value });
  }
  return standIn(heir, error);
}
