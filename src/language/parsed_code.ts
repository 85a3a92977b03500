import type { Diagnostic } from "../spec/model/mod.ts";
import type { ModuleSource } from "./javascript/module_source.ts";

/** What is known of a piece of code without running it. */
export interface ParsedCode {
  /** The errors in it. */
  readonly diagnostics: readonly Diagnostic[];
  /** What a program is made of, if the language has a form that one thread can hand to another and there is no error. */
  readonly parsed?: ModuleSource;
  /** Where it reads `env`, if it does. */
  readonly env?: readonly EnvRead[];
}

/** Where code reads `env`. */
export interface EnvRead {
  /** What it reads of it; undefined if that is not a constant, or may be missing. */
  readonly name?: string;
  /** UTF-16 units from the start of the code. */
  readonly offset: number;
}
