import vm from "node:vm";
import { type CodeFailure, languageOf, type LogLine, type Program, Realm, Waiting } from "../../src/language/mod.ts";
import { parseModule } from "../../src/language/javascript/module_source.ts";
import { parseCode } from "../../src/language/parser/mod.ts";
import { stripTypes } from "../../src/language/parser/strip_types.ts";
import type { Diagnostic } from "../../src/spec/mod.ts";
import type { Value } from "../../src/value/mod.ts";

// Microtasks of a snippet may reject without a handler.
addEventListener("unhandledrejection", (event) => event.preventDefault());

/** The realm that all tests share, as the snippets of one executor do. */
export const realm = new Realm();

/** Compiles code in the shared realm. */
export function program(code: string, language = "javascript", isolate = false): Program {
  const parsed = language === "typescript" ? parseModule(stripTypes(code)) : undefined;
  return languageOf(language).compile(code, { realm, isolate }, parsed);
}

/** Returns the errors that parsing code finds. */
export function errorsIn(language: string, code: string): readonly Diagnostic[] {
  return parseCode(language, code).diagnostics;
}

/** Calls a program and waits for its answer, as an executor does. */
export async function answerOf(program: Program, argument: Value = null): Promise<Value> {
  return await follow(program.call(argument), (resume) => resume()) as Value; // the tests of undefined call it themselves
}

/** Calls a program and waits for its answer. Whatever runs has a time limit. @param limit Milliseconds. */
export function timedAnswerOf(limit: number, program: Program, argument: Value): Promise<Value | typeof stopped> {
  const run = <T>(task: () => T) => timed(limit, task);
  return follow(run(() => program.call(argument)), run) as Promise<Value | typeof stopped>;
}

/** Follows a call as long as it waits. */
async function follow<T>(answer: T, run: <R>(resume: () => R) => R | T): Promise<unknown> {
  for (let at: unknown = answer;;) {
    if (!(at instanceof Waiting)) return at;
    const waiting = at;
    await new Promise<void>((resolve) => {
      const timer = waiting.delay === Infinity ? undefined : setTimeout(resolve, Math.ceil(waiting.delay));
      waiting.onReady(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    at = run(() => waiting.resume());
  }
}

/** Calls a program that does not wait. */
export function callNow(program: Program, argument: Value = null): Value {
  const answer = program.call(argument);
  if (!(answer instanceof Waiting)) return answer as Value;
  answer.cancel();
  throw new Error("the call waits");
}

/** Runs code once on a value. */
export function run(code: string, argument: Value = null): Value {
  const made = program(code);
  try {
    return callNow(made, argument);
  } finally {
    made.release();
  }
}

/** Runs code once on a value, and returns its output as well. */
export function runLogged(code: string, argument: Value = null): { value: Value; lines: LogLine[] } {
  const made = program(code);
  const value = callNow(made, argument);
  return { value, lines: made.takeLogs() };
}

const idle = program("export default () => 0");

/** The result of `timed` for a task that took too long. */
export const stopped: unique symbol = Symbol("stopped");
/** A termination that comes after its script has ended hits whatever runs next: near its time, a script waits for it. */
const NEAR = 10;
let work: () => unknown;
let ended: { value: unknown } | undefined;
let deadline = 0;
Object.defineProperty(globalThis, "timedWork", {
  value: () => {
    ended = { value: work() };
    while (performance.now() > deadline - NEAR);
    return ended.value;
  },
});
const script = new vm.Script("timedWork()", { filename: "slice" });

/**
 * Runs a task under a time limit, as an executor runs a slice.
 *
 * @param limit Milliseconds.
 * @param after Is called if it took too long. Default: calls another program.
 * @returns `stopped` if it took too long.
 */
export function timed<T>(limit: number, task: () => T, after: () => void = () => idle.call(null)): T | typeof stopped {
  work = task;
  ended = undefined;
  deadline = performance.now() + limit;
  try {
    return script.runInThisContext({ timeout: limit }) as T;
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    if (ended !== undefined) return (ended as { value: T }).value;
    // outside of a time limit, as an executor does: the next call would discard what this one has left within its own
    after();
    return stopped;
  }
}

/** Returns the error that a task throws. @throws {Error} If it throws none. */
export function thrownBy(task: () => unknown): CodeFailure {
  try {
    task();
  } catch (error) {
    return error as CodeFailure;
  }
  throw new Error("expected an error");
}
