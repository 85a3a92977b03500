import type { Environment } from "cel-js";
import { failure } from "../../value/mod.ts";

/** A function of an expression. Its arguments are of the types that its signature names. */
// deno-lint-ignore no-explicit-any -- the signature is text: only the library knows that it fits
export type Handler = (...args: any[]) => unknown;

/**
 * Defines a function, and wherever it takes an int the same for a double: numbers that come from outside are doubles,
 * whole or not.
 *
 * @param signature `string.charAt(int): string`.
 */
export function define(environment: Environment, signature: string, handler: Handler): void {
  for (const variant of variants(signature)) environment.registerFunction(variant, handler, { async: false });
}

/** Defines a function for doubles that the library has for ints. */
export function defineForDoubles(environment: Environment, signature: string, handler: Handler): void {
  for (const variant of variants(signature).slice(1)) environment.registerFunction(variant, handler, { async: false });
}

/**
 * Makes a name that stands before the dot of functions: `math` in `math.abs(-1)`.
 *
 * @returns Defines one of them, as `define` does: `abs(int): int`.
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

/** A whole number that an expression gives as an index or a count. @throws {Error} If it is not whole. */
export function whole(value: bigint | number, what: string): number {
  const number = Number(value);
  if (!Number.isInteger(number)) throw failure(`${what} is not a whole number: ${value}`, { code: "invalid_argument" });
  return number;
}

/** A whole number from 0 to a limit. @throws {Error} If it is not. */
export function within(value: bigint | number, limit: number, what: string): number {
  const number = whole(value, what);
  if (number < 0 || number > limit) {
    throw failure(`${what} is out of range: ${number} is not between 0 and ${limit}`, { code: "index_out_of_range" });
  }
  return number;
}

/** @throws {Error} If a function would make more characters or items than one may. */
export function limitSize(size: number, largest: number, what: string): void {
  if (size > largest) {
    throw failure(`${what} would make more than ${largest} characters or items`, { code: "too_large" });
  }
}
