import vm from "node:vm";
import type { Program, Waiting } from "../language/mod.ts";
import { failure, type Value } from "../value/mod.ts";

let running: () => void;
const script = new vm.Script("weftTimedCall()", { filename: "timed_call" });

/** Runs a function as a script that is stopped after a time. @returns Whether it has ended by itself. */
function endsWithin(timeout: number, run: () => void): boolean {
  running = run;
  Object.defineProperty(globalThis, "weftTimedCall", { value: () => running(), configurable: true });
  try {
    script.runInThisContext({ timeout });
    return true;
  } catch (thrown) {
    if ((thrown as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return false;
    throw thrown;
  }
}

/** A program on the thread of the test whose calls end after the time limit of their node, as they do in the engine. */
export class LimitedProgram implements Program {
  readonly #program: Program;
  readonly #name: string;
  readonly #limit: () => number;
  readonly #stopped: (error: Error) => void;

  /**
   * @param limit Returns how long a call may take, in milliseconds.
   * @param stopped Ends the process of the call that was stopped.
   */
  constructor(program: Program, name: string, limit: () => number, stopped: (error: Error) => void) {
    this.#program = program;
    this.#name = name;
    this.#limit = limit;
    this.#stopped = stopped;
  }

  get mayWait(): boolean {
    return this.#program.mayWait === true;
  }

  start(): void {
    let failed: { readonly thrown: unknown } | undefined;
    const hasEnded = endsWithin(this.#limit(), () => {
      try {
        this.#program.start();
      } catch (thrown) {
        failed = { thrown };
      }
    });
    if (!hasEnded) throw this.#timeout();
    if (failed !== undefined) throw failed.thrown;
  }

  call(argument: Value): Value | undefined | Waiting {
    let value: Value | undefined | Waiting;
    let failed: { readonly thrown: unknown } | undefined;
    const hasEnded = endsWithin(this.#limit(), () => {
      try {
        value = this.#program.call(argument);
      } catch (thrown) {
        failed = { thrown };
      }
    });
    if (failed !== undefined) throw failed.thrown;
    if (hasEnded) return value;
    const error = this.#timeout();
    this.#stopped(error);
    return error;
  }

  takeLogs(): ReturnType<Program["takeLogs"]> {
    return this.#program.takeLogs();
  }

  release(): void {
    this.#program.release();
  }

  #timeout(): Error {
    return failure(`${this.#name} was stopped after ${this.#limit()} ms`, { code: "timeout" });
  }
}
