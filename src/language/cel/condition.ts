import { isError, isList, isMap, type Value } from "../../value/mod.ts";
import type { CompileOptions, Program } from "../language.ts";
import { PureProgram } from "../pure_program.ts";
import { cel } from "./cel.ts";

/**
 * Compiles a condition to a program that returns true, false, or an error.
 *
 * @throws {CodeFailure} `bad_code` if the code is invalid.
 *
 * @example
 * ```ts
 * const condition = compileCondition("self.n > 1", { realm });
 * condition.call({ n: 2 }); // true
 * ```
 */
export function compileCondition(code: string, options: CompileOptions): Program {
  const program = cel.compile(code, options);
  return new PureProgram((argument) => {
    const value = (program.call(argument) ?? null) as Value; // CEL never waits
    return isError(value) ? value : isTruthy(value);
  });
}

/** Reports whether a value counts as true. False are only false, 0, null, and an empty string, list, map or bytes. */
export function isTruthy(value: Value): boolean {
  if (value === null || value === false || value === "" || value === 0 || value === 0n) return false;
  if (isList(value) || value instanceof Uint8Array) return value.length > 0;
  return !isMap(value) || Object.keys(value).length > 0;
}
