import type { Environment } from "cel-js";
import { failure } from "../../value/mod.ts";

/** The implementation of a CEL function. The library passes arguments of the types in the signature. */
// deno-lint-ignore no-explicit-any -- the types are in the signature, which is a string
export type Handler = (...args: any[]) => unknown;

/**
 * Defines a function. Each parameter of type int also accepts a double, because all numbers of payloads are doubles.
 *
 * @param signature For instance `string.charAt(int): string`.
 */
export function define(environment: Environment, signature: string, handler: Handler): void {
  for (const variant of variants(signature)) environment.registerFunction(variant, handler, { async: false });
}

/** Defines the variants for doubles of a function that the library has for ints. */
export function defineForDoubles(environment: Environment, signature: string, handler: Handler): void {
  for (const variant of variants(signature).slice(1)) environment.registerFunction(variant, handler, { async: false });
}

/**
 * Defines a namespace of functions, such as `math` of `math.abs(-1)`.
 *
 * @returns A function that defines one of its functions as `define` does, for instance with `abs(int): int`.
 */
export function defineNamespace(environment: Environment, name: string): (signature: string, handler: Handler) => void {
  const type = `${name}Namespace`;
  const Namespace = class {};
  environment.registerType(type, Namespace);
  environment.registerConstant(name, type, new Namespace());
  return (signature, handler) => define(environment, `${type}.${signature}`, (_namespace, ...args) => handler(...args));
}

function variants(signature: string): string[] {
  const [, head, parameters, result] = /^(.*?)\((.*)\)(: .*)$/.exec(signature)!;
  let lists: string[][] = [[]];
  for (const parameter of parameters === "" ? [] : parameters!.split(", ")) {
    const types = parameter === "int" ? ["int", "double"] : [parameter];
    lists = lists.flatMap((list) => types.map((type) => [...list, type]));
  }
  return lists.map((list) => `${head}(${list.join(", ")})${result}`);
}

/** Returns an index or a count as a number. @throws {Error} If it is not an integer. */
export function whole(value: bigint | number, what: string): number {
  const number = Number(value);
  if (!Number.isInteger(number)) {
    throw failure(`invalid ${what} ${value}: expected an integer`, { code: "invalid_argument" });
  }
  return number;
}

/** Returns an integer from 0 to a limit. @throws {Error} If it is out of range. */
export function within(value: bigint | number, limit: number, what: string): number {
  const number = whole(value, what);
  if (number < 0 || number > limit) {
    throw failure(`invalid ${what} ${number}: expected 0 to ${limit}`, { code: "index_out_of_range" });
  }
  return number;
}

/** Checks the size of a function's result. @throws {Error} If it has too many characters or items. */
export function limitSize(size: number, largest: number, what: string): void {
  if (size > largest) {
    throw failure(`${what}: the result exceeds ${largest} characters or items`, { code: "too_large" });
  }
}
