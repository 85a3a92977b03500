import { isError, isList, isMap, type Value } from "../../value/mod.ts";
import type { Diagnostic } from "../../spec/model/mod.ts";
import type { CompileOptions, LogLine, Program } from "../language.ts";
import { languageOf } from "../languages.ts";

/** What conditions are written in. */
const LANGUAGE = "cel";

/** What is wrong with a condition. */
export function checkCondition(code: string): Diagnostic[] {
  return languageOf(LANGUAGE).check(code);
}

/**
 * Compiles a condition: a program whose calls answer true, false, or an error.
 *
 * @throws {CodeFailure} If the code is wrong.
 *
 * @example
 * ```ts
 * const condition = compileCondition("self.n > 1", { realm });
 * condition.call({ n: 2 }); // true
 * ```
 */
export function compileCondition(code: string, options: CompileOptions): Program {
  return new Condition(languageOf(LANGUAGE).compile(code, options));
}

/** Whether a value counts as true: all do but false, 0, null, and an empty text, list, map or bytes. */
export function isTruthy(value: Value): boolean {
  if (value === null || value === false || value === "" || value === 0 || value === 0n) return false;
  if (isList(value) || value instanceof Uint8Array) return value.length > 0;
  return !isMap(value) || Object.keys(value).length > 0;
}

class Condition implements Program {
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  start(): void {
    this.#program.start();
  }

  call(argument: Value): Value {
    const value = this.#program.call(argument);
    return isError(value) ? value : isTruthy(value);
  }

  takeLogs(): LogLine[] {
    return this.#program.takeLogs();
  }

  release(): void {
    this.#program.release();
  }
}
