import { isList, isMap, kindOf, type Value } from "../../value/mod.ts";
import type { Path } from "./spec.ts";

const LONGEST = 60;

/** Formats a value for a message: a string in quotes, cut at 60 characters, a list or map by its size. */
export function show(value: Value | undefined): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}...` : value);
  }
  if (isList(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (isMap(value)) return Object.keys(value).length === 0 ? "an empty map" : "a map";
  if (value === null || value === undefined) return "null";
  return typeof value === "object" ? `a value of kind ${kindOf(value)}` : String(value);
}

/** Formats `invalid NAME VALUE: expected EXPECTED`; for a list or map `invalid NAME: expected EXPECTED, got a map`. */
export function showInvalid(name: string, found: Value | undefined, expected: string | undefined): string {
  if (!isList(found) && !isMap(found)) return showExpected(`invalid ${name} ${show(found)}`, expected);
  return expected === undefined ? `invalid ${name}` : `invalid ${name}: expected ${expected}, got ${show(found)}`;
}

/** Adds to a message what was expected, if that is known. */
export function showExpected(message: string, expected: string | undefined): string {
  return expected === undefined ? message : `${message}: expected ${expected}`;
}

/** Formats a path as `routes[0].path`. */
export function showPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/** Formats values as a choice: `"a", "b" or "c"`. */
export function showChoice(choices: readonly Value[]): string {
  const shown = choices.map(show);
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} or ${shown.at(-1)}`;
}

// control characters, line and paragraph separators, direction marks, lone surrogates
// deno-lint-ignore no-control-regex -- terminals act on them
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

/** Escapes the characters of a string that would act on a terminal or break a log line. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
