import type { Diagnostic } from "../spec/model/mod.ts";
import type { CodeFailure } from "./language.ts";

/** An error in code that is found without running it. Its message includes the hint. */
export class CodeError extends Error implements CodeFailure {
  readonly code = "bad_code";
  declare offset?: number;

  constructor(readonly diagnostic: Diagnostic) {
    const { message, hint, location } = diagnostic;
    super(hint === undefined ? message : `${message}; ${hint}`);
    if (location?.offset !== undefined) this.offset = location.offset;
  }
}

/** Creates a `CodeError`. @param offset UTF-16 units from the start of the code. */
export function codeError(message: string, offset?: number, hint?: string): CodeError {
  const diagnostic: Diagnostic = { message };
  if (hint !== undefined) diagnostic.hint = hint;
  if (offset !== undefined) diagnostic.location = { offset };
  return new CodeError(diagnostic);
}

/** Parses code and returns the diagnostic of the `CodeError` that this throws; empty if it throws none. */
export function diagnose(parse: () => unknown): Diagnostic[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (error instanceof CodeError) return [error.diagnostic];
    throw error;
  }
}

/** The line breaks of JavaScript. */
const JAVASCRIPT_LINES = /\r\n|[\n\r\u2028\u2029]/g;

/**
 * Converts line and column, both from 1, to an offset.
 *
 * @param lines The line breaks, with the flag `g`. Default those of JavaScript.
 * @returns The length of the code for a location beyond its end.
 */
export function offsetOf(code: string, line: number, column: number, lines = JAVASCRIPT_LINES): number {
  let start = 0;
  for (const { 0: end, index } of line > 1 ? code.matchAll(lines) : []) {
    start = index + end.length;
    if (--line === 1) break;
  }
  return Math.min(start + column - 1, code.length);
}
