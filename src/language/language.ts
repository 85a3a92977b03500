import type { Failure, LogLevel, Value, ValueMap } from "../value/mod.ts";
import type { Realm } from "./realm/realm.ts";
import type { Waiting } from "./realm/waiting.ts";

/** An error with the place in the code where it arose. */
export interface CodeFailure extends Failure {
  /** UTF-16 units from the start of the code. */
  offset?: number;
}

/** Options of compiling a program. */
export interface CompileOptions {
  /** Where its code runs. */
  realm: Realm;
  /** Whether it gets a context of its own, which costs 4 ms and 350 KB, instead of the shared one. Default false. */
  isolate?: boolean;
  /** What its node has bound, as `env`. Default: nothing, and `env` is not known. */
  env?: ValueMap | undefined;
}

/** A language of snippets and conditions. */
export interface Language {
  /** The name in specs, for instance `javascript`. */
  readonly name: string;
  /** Parses code. @throws {CodeError} What can be found wrong with it without running it. */
  parse(code: string): unknown;
  /**
   * Makes a program of code.
   *
   * @param parsed What `parse` returned for it. Default: it is parsed here.
   * @throws {CodeFailure} `bad_code` if the code is invalid.
   */
  compile(code: string, options: CompileOptions, parsed?: unknown): Program;
}

/** A compiled program. */
export interface Program {
  /**
   * Runs the top level of the code, unless it already has run. Must be called inside a timed slice.
   *
   * @throws {CodeFailure} What the code throws.
   */
  start(): void;
  /**
   * Calls the program, and starts it first if necessary. Must be called inside a timed slice, which may stop it anywhere.
   *
   * @returns The result, undefined if there is none, or the error that the code throws, with its `offset` if that is
   * known, or that the call waits for a timer or the platform.
   */
  call(argument: Value): Value | undefined | Waiting;
  /** Whether calls may wait. Default false. */
  readonly mayWait?: boolean;
  /** Returns what the code has written with `console` since the last time, including the output of stopped calls. */
  takeLogs(): LogLine[];
  /** Releases what the program holds; it cannot be called afterwards. */
  release(): void;
}

/** A line that a snippet has written. */
export interface LogLine {
  level: LogLevel;
  /** The line as written; it may contain any character. */
  text: string;
}

/**
 * Defines a language.
 *
 * @param parse Throws a `CodeError` if the code is invalid.
 */
export function defineLanguage<Parsed>(
  name: string,
  parse: (code: string) => Parsed,
  toProgram: (parsed: Parsed, code: string, options: CompileOptions) => Program,
): Language {
  return {
    name,
    parse,
    compile: (code, options, parsed = parse(code)) => toProgram(parsed as Parsed, code, options),
  };
}
