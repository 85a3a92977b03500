import type { ASTNode } from "cel-js";
import { type Failure, failure } from "../../value/mod.ts";
import type { Context, Evaluator } from "./library.ts";

export type Entry = [key: unknown, value: unknown];

/**
 * Creates a map: an object if all keys are strings that an object of the library may have, otherwise a `Map`.
 *
 * @throws {Error} If a key is repeated or is not a string, an int, a uint or a bool.
 */
export function makeMap(entries: readonly Entry[]): unknown {
  if (entries.every(([key]) => typeof key === "string" && !/^(?:__proto__|constructor|prototype)$/.test(key))) {
    const map = Object.fromEntries(entries as [string, unknown][]);
    if (Object.keys(map).length === entries.length) return map;
  }
  const map = new KeyedMap();
  for (const [key, value] of entries) map.add(key, value);
  return map.own();
}

class KeyedMap {
  readonly #map = new Map<unknown, unknown>();

  add(key: unknown, value: unknown): void {
    const known = normalize(key);
    if (typeof known !== "string" && typeof known !== "bigint" && typeof known !== "boolean") {
      throw failure("unsupported key in a map: expected a string, an int, a uint or a bool", {
        code: "invalid_argument",
      });
    }
    if (this.#map.has(known)) {
      throw failure(`repeated key ${JSON.stringify(String(known))} in a map`, { code: "invalid_argument" });
    }
    this.#map.set(known, value);
  }

  /** Returns the map, whose keys are found by any number equal to them. */
  own(): Map<unknown, unknown> {
    const map = this.#map;
    const get = (key: unknown) => Map.prototype.get.call(map, normalize(key));
    const has = (key: unknown) => Map.prototype.has.call(map, normalize(key));
    return Object.defineProperties(map, { get: { value: get }, has: { value: has } });
  }
}

function normalize(key: unknown): unknown {
  if (typeof key === "number" && Number.isInteger(key)) return BigInt(key);
  const value = typeof key === "object" && key !== null ? key.valueOf() : key;
  return typeof value === "bigint" ? value : key;
}

/** Evaluates a map literal. */
export function evaluateMap(evaluator: Evaluator, node: ASTNode, context: Context): unknown {
  const entries = (node.args as [ASTNode, ASTNode][]).map(([key, value]): Entry => {
    const known = evaluator.run(key, context);
    return [known, evaluator.run(value, context)];
  });
  try {
    return makeMap(entries);
  } catch (error) {
    const { message, code } = error as Failure;
    throw evaluator.createError(String(code), message, node);
  }
}
