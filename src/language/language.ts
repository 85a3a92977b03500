import type { Diagnostic } from "../spec/model/mod.ts";
import type { Failure, LogLevel, Value } from "../value/mod.ts";
import type { Realm } from "./realm/realm.ts";

/** An error that knows where in the code it arose. */
export interface CodeFailure extends Failure {
  /** UTF-16 units from the start of the code. */
  offset?: number;
}

/** How a program is made. */
export interface CompileOptions {
  /** Where its code runs. */
  realm: Realm;
  /** Whether it gets a context of its own, at 4 ms and 350 KB, instead of the one that all share. Default false. */
  isolate?: boolean;
}

/** A language that snippets and conditions are written in. */
export interface Language {
  /** How a spec names it: `javascript`. */
  readonly name: string;
  /** What is wrong with code, as far as can be seen without running any of it. */
  check(code: string): Diagnostic[];
  /** @throws {CodeFailure} If `check` finds anything; code `bad_code`. */
  compile(code: string, options: CompileOptions): Program;
}

/** Code that is ready to run. */
export interface Program {
  /**
   * Runs what the code does once, before it is first called; a second time does nothing. Only inside a timed slice.
   *
   * @throws {CodeFailure} What the code throws.
   */
  start(): void;
  /**
   * Answers a value; an error with `offset`, where it is known, if the code throws. Starts the program if that has not
   * been done. Only inside a timed slice, which may cut it short anywhere.
   */
  call(argument: Value): Value;
  /** What the code has written with `console` since this was last asked, a call that was cut short included. */
  takeLogs(): LogLine[];
  /** Gives up what the program holds; it is not called again. */
  release(): void;
}

/** A line that a snippet has written. */
export interface LogLine {
  level: LogLevel;
  /** As the snippet wrote it: it may hold any character. */
  text: string;
}
