import type { NodeSymbol, Packet, Process } from "../flow/mod.ts";
import type { Call, Program as KindProgram } from "../kind/mod.ts";
import { type Program, Waiting } from "../language/mod.ts";
import { type Answer, type Failure, isError, type LogLevel, NONE, type Value } from "../value/mod.ts";
import { DEFAULT_LIMIT, type Guard } from "./guard.ts";
import { Wait, type WaitClock } from "./wait.ts";
import type { Task } from "./slices.ts";

/** The spec that a guarded program belongs to. */
export interface ProgramSite {
  symbol: NodeSymbol;
  guard: Guard;
  clock: WaitClock;
  /** Adds a task to the work of the thread. */
  addTask(task: Task): void;
  /** Returns the position of a character of the code in the spec author's file. */
  position(offset: number | undefined): string | undefined;
  /** Receives a line that the code writes with `console`. */
  log(level: LogLevel, text: string, process: number): void;
}

/** A program that is only entered through the guard. */
export class GuardedProgram implements KindProgram {
  readonly #program: Program;
  readonly #site: ProgramSite;

  constructor(program: Program, site: ProgramSite) {
    this.#program = program;
    this.#site = site;
  }

  /** Runs the top level, once. @throws {Error} The error that it throws, with its position. */
  start(): void {
    const { guard, symbol } = this.#site;
    guard.enter(symbol, 0);
    let failed: unknown;
    try {
      this.#program.start();
    } catch (error) {
      failed = error;
    }
    guard.leave();
    this.flush(0);
    if (failed !== undefined) throw this.#locate(failed as Failure);
  }

  call(call: Call, argument: Value): Value | Promise<Value> {
    const answer = this.answer(call, argument);
    return answer instanceof Promise ? answer.then(valueOf) : valueOf(answer);
  }

  answer(call: Call, argument: Value): Answer | Promise<Answer> {
    const { guard, symbol, clock } = this.#site;
    const { process } = call as Packet;
    // the time is asked only where a call may wait
    const began = this.#program.mayWait === true ? clock.now() : undefined;
    guard.enter(symbol, process.root.number);
    const value = this.#program.call(argument);
    guard.leave();
    this.flush(process.number);
    if (value instanceof Waiting) return this.#wait(value, process, began ?? clock.now());
    return this.#answer(value);
  }

  #wait(waiting: Waiting, process: Process, began: number): Promise<Answer> {
    const { symbol, guard, clock, addTask } = this.#site;
    const limit = symbol.limit || DEFAULT_LIMIT;
    const resume = (waiting: Waiting, left: number) => {
      guard.enter({ number: symbol.number, limit: left }, process.root.number);
      const value = waiting.resume();
      guard.leave();
      this.flush(process.number);
      return value;
    };
    return new Promise((resolve) => {
      const end = (value: Value | undefined) => resolve(this.#answer(value));
      new Wait({ name: symbol.name, process, limit, deadline: began + limit, clock, addTask, resume, end }).start(
        waiting,
      );
    });
  }

  #answer(value: Value | undefined): Answer {
    if (value === undefined) return NONE;
    return isError(value) ? this.#locate(value) : value;
  }

  release(): void {
    this.#program.release();
  }

  /** Logs the lines that the code has written. */
  flush(process: number): void {
    for (const { level, text } of this.#program.takeLogs()) this.#site.log(level, text, process);
  }

  #locate(error: Failure & { offset?: number }): Failure {
    if (error.position === undefined) {
      const position = this.#site.position(error.offset);
      if (position !== undefined) error.position = position;
    }
    return error;
  }
}

/** Returns the answer of a program as a value. */
function valueOf(answer: Answer): Value {
  return answer === NONE ? null : answer as Value;
}
