import type { Environment } from "cel-js";
import { RE2JS } from "re2js";
import { failure } from "../../value/mod.ts";
import { define } from "./define.ts";
import { type Library, replaceFunction } from "./library.ts";

/** Number of compiled patterns that are kept. */
const KEPT = 100;

const compiled = new Map<string, RE2JS>();

/** Registers `matches(string, pattern)`, which the library has as a method only. */
export function registerRegex(environment: Environment): void {
  define(environment, "matches(string, string): bool", matches);
}

/** Lets the method `matches` use RE2, where the library uses JavaScript's regular expressions. */
export function correctRegex(library: Library): void {
  replaceFunction(library, "string.matches(string): bool", matches);
}

/**
 * Reports whether any part of a string matches a regular expression in RE2's syntax, in a time linear in the length of
 * the string.
 *
 * @throws {Failure} `invalid_regular_expression` if the pattern is malformed or has a back reference or look-around.
 */
function matches(string: string, pattern: string): boolean {
  return compileRegex(pattern).test(string);
}

/** Compiles a pattern, or returns it from among those compiled last. @throws {Failure} As `matches` does. */
export function compileRegex(pattern: string): RE2JS {
  let regex = compiled.get(pattern);
  if (regex !== undefined) return regex;
  try {
    regex = RE2JS.compile(pattern);
  } catch (error) {
    const why = (error as Error).message.replace(/^error parsing regexp: /, "");
    throw failure(`invalid regular expression ${JSON.stringify(pattern)}: ${why}`, {
      code: "invalid_regular_expression",
    });
  }
  if (compiled.size >= KEPT) compiled.delete(compiled.keys().next().value!);
  compiled.set(pattern, regex);
  return regex;
}
