import { RE2JS } from "re2js";
import { RegistryError } from "../errors.ts";

/** The length of the longest pattern, in UTF-16 units. */
const MAX_LENGTH = 1000;
/** The number of results that are remembered for strings that come again, such as kinds. */
const MAX_REMEMBERED = 64;

/**
 * Compiles a regular expression in RE2's syntax, which is matched in a time linear in the length of the string.
 *
 * @returns A function that reports whether any part of a string matches.
 * @throws {RegistryError} `invalid`, if the pattern is malformed, is longer than 1,000 characters, or has a back
 * reference or a look-around, which RE2 does not have.
 */
export function compileRegex(pattern: string): (string: string) => boolean {
  if (pattern.length > MAX_LENGTH) {
    throw invalidPattern(`${pattern.slice(0, 20)}...`, `longer than ${MAX_LENGTH} characters`);
  }
  const compiled = compile(pattern);
  // The engine costs more than all else that a query does, so strings that need not reach it do not.
  const prefix = literalPrefix(pattern);
  let remembered: Map<string, boolean> | undefined = new Map();
  return (string) => {
    if (!string.startsWith(prefix)) return false;
    if (remembered === undefined) return compiled.test(string);
    let found = remembered.get(string);
    if (found === undefined) {
      found = compiled.test(string);
      if (remembered.size < MAX_REMEMBERED) remembered.set(string, found);
      else remembered = undefined;
    }
    return found;
  };
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw invalidPattern(pattern, (error as Error).message.replace(/^error parsing regexp: /, ""));
  }
}

/** Returns what every matching string begins with; empty if the pattern does not tell. */
function literalPrefix(pattern: string): string {
  if (pattern.includes("|")) return "";
  const [anchored, literal] = /^\^([\w/:-]+)/.exec(pattern) ?? ["", ""];
  const isLastRepeated = /[*+?{]/.test(pattern.charAt(anchored.length));
  return isLastRepeated ? literal!.slice(0, -1) : literal!;
}

function invalidPattern(pattern: string, why: string): RegistryError {
  return new RegistryError("invalid", `invalid pattern ${JSON.stringify(pattern)}: ${why}`);
}
