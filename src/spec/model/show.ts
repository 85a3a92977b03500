import { isList, isMap, kindOf, type Value } from "../../value/mod.ts";
import type { Path } from "./spec.ts";

const LONGEST = 60;

/** A value as an error message shows it: a text in quotes and cut when long, a list or map by its size. */
export function show(value: Value | undefined): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}...` : value);
  }
  if (isList(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (isMap(value)) return Object.keys(value).length === 0 ? "an empty map" : "a map";
  if (value === null || value === undefined) return "null";
  return typeof value === "object" ? `a value of kind ${kindOf(value)}` : String(value);
}

/** A path as a reader would write it: `routes[0].path`. */
export function showPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

/** Words as a choice: `"a", "b" or "c"`. */
export function showChoice(choices: readonly Value[]): string {
  const shown = choices.map(show);
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} or ${shown.at(-1)}`;
}

// control characters, line and paragraph separators, marks that change the direction of writing, lone surrogates
// deno-lint-ignore no-control-regex -- these are what a terminal acts on
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

/** A text that can be written to a terminal or a log line: what could act on either is written as an escape. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
