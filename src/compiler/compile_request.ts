import type { ParsedCode } from "../language/mod.ts";

/** A piece of code to parse. */
export interface CompileRequest {
  /** Its number, which the thread's status shows while it is parsed. */
  readonly request: number;
  readonly language: string;
  readonly code: string;
}

/** What the thread answers: that it serves, or the result of a request. */
export type CompileAnswer =
  | { readonly ready: true }
  | {
    readonly request: number;
    readonly parsed: ParsedCode;
    /** Whether the thread cannot parse any more. */
    readonly spent?: true;
  }
  | { readonly request: number; readonly failed: string };

/** Returns how long parsing a piece of code may take, in milliseconds: a second, and another for each MiB. */
export function parseLimit({ length }: string): number {
  return 1_000 + Math.ceil(length / 1_024);
}
