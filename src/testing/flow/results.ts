import type { Diagnostic, Position } from "../../spec/mod.ts";
import type { LogLine } from "../log_line.ts";
import type { Received } from "../workflow_setup.ts";

/** Why a test has failed. */
export interface TestFailure {
  /** What was expected, and what was there. */
  readonly message: string;
  /** Where that is expected, or where the node stands that has failed. */
  readonly position?: Position | undefined;
  /** What differs, a line each, with `-` before what was expected and `+` before what was there. */
  readonly diff?: readonly string[];
}

/** What became of a test. */
export interface TestResult {
  /** Its name. */
  readonly name: string;
  /** Where the test stands. */
  readonly position: Position;
  /** Whether it has passed; a test is skipped if its file says so. */
  readonly status: "passed" | "failed" | "skipped";
  /** Why it was not run. */
  readonly reason?: string;
  /** Why it has failed. */
  readonly failures: readonly TestFailure[];
  /** The packets that nodes received, if it failed. */
  readonly way: readonly Received[];
  /** What was logged as a warning or an error, if it failed. */
  readonly log: readonly LogLine[];
  /** How long it took, in milliseconds of real time. */
  readonly duration: number;
}

/** What became of a test file. */
export interface FileResult {
  /** The path of the file. */
  readonly file: string;
  /** Its tests, in order. */
  readonly tests: readonly TestResult[];
  /** Why it could not be run: what is wrong with it or with its specs. */
  readonly diagnostics: readonly Diagnostic[];
}
