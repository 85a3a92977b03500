import type { Process } from "../flow/mod.ts";
import { explainPermission, type Failure } from "../value/mod.ts";
import { describe, type LogFields, type Logger } from "./log/mod.ts";

/** How many errors of a process are kept until its answer is known. */
const MOST = 10;

/** The log line of an error that left by a linked `error` port. */
interface Handled {
  readonly message: string;
  readonly fields: LogFields;
}

/**
 * The errors that nodes of a workflow have handled: those that left by a linked `error` port. They are logged when the
 * answer of their process is known, as a warning if that is a server error, for debugging otherwise.
 */
export class HandledErrors {
  readonly #logger: Logger;
  readonly #byProcess = new Map<Process, Handled[]>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Whether errors are recorded at all: not if neither level is written. */
  get isOn(): boolean {
    return this.#logger.has("warn");
  }

  /** Records an error. @param process Undefined if it has ended: the error is logged now. */
  record(process: Process | undefined, error: Failure, fields: LogFields): void {
    const handled = { message: explainPermission(error.message), fields: { ...fields, ...describe(error) } };
    if (process === undefined) return this.#log("debug", handled);
    const { root } = process;
    const list = this.#byProcess.get(root);
    if (list === undefined) this.#byProcess.set(root, [handled]);
    else if (list.length < MOST) list.push(handled);
  }

  /** Logs the errors of a process. @param isFailed Whether its answer is a server error. */
  settle(process: Process, isFailed: boolean): void {
    if (this.#byProcess.size === 0) return;
    const list = this.#byProcess.get(process);
    if (list === undefined) return;
    this.#byProcess.delete(process);
    for (const handled of list) this.#log(isFailed ? "warn" : "debug", handled);
  }

  #log(level: "warn" | "debug", { message, fields }: Handled): void {
    this.#logger.log(level, `handled error: ${message}`, fields);
  }
}
