import { failure } from "../value/mod.ts";
import type { Diagnostic } from "../spec/model/mod.ts";
import type { CodeFailure } from "./language.ts";

/** The error that compiling bad code throws; code `bad_code`. */
export function badCode({ message, hint, location }: Diagnostic): CodeFailure {
  const error: CodeFailure = failure(hint === undefined ? message : `${message}; ${hint}`, { code: "bad_code" });
  if (location?.offset !== undefined) error.offset = location.offset;
  return error;
}

/** What ends a line of JavaScript. */
const JAVASCRIPT_LINES = /\r\n|[\n\r\u2028\u2029]/g;

/**
 * The offset of a place that is given as line and column, both from 1.
 *
 * @param lines What ends a line, with the flag `g`. Default what does in JavaScript.
 * @returns The end of the code for a place beyond it.
 */
export function offsetOf(code: string, line: number, column: number, lines = JAVASCRIPT_LINES): number {
  let start = 0;
  for (const { 0: end, index } of line > 1 ? code.matchAll(lines) : []) {
    start = index + end.length;
    if (--line === 1) break;
  }
  return Math.min(start + column - 1, code.length);
}
