import type { Clock } from "@weft/weft/kind";
import type { Outcome, OutPort, Packet, Process } from "../../flow/mod.ts";
import { chosenStatus, encodeJson, encodeResponse, findHttpError } from "../../http/mod.ts";
import { type Answer, type Failure, failure, isError, NONE, type Value } from "../../value/mod.ts";
import type { Internals } from "../internals.ts";

/** What came of the process of an event. */
export interface EventResult {
  readonly answer: Answer;
  /** What tells the other side of an error, as JSON; undefined if there is none. */
  readonly told: string | undefined;
}

/** The pause before a process is opened again when too many are open, in milliseconds. */
const BUSY_PAUSE = 20;

/** Opens a process for each event of a connection: in the newest version, by the ports of the node that is in force. */
export class Events {
  readonly #internals: Internals;
  readonly #clock: Clock;
  readonly #timeout: number;

  /** @param timeout How long a process may take, in milliseconds. */
  constructor(internals: Internals, clock: Clock, timeout: number) {
    this.#internals = internals;
    this.#clock = clock;
    this.#timeout = timeout;
  }

  /**
   * Sends a payload by a port in a process of its own, and waits for its end. An error is sent by the port `error`, and is
   * the answer unless that answers.
   *
   * @param opened Called with the process before anything is sent.
   */
  async run(port: string, payload: Value, opened: (process: Process) => void): Promise<EventResult> {
    const { flow, symbol, failed, answered } = this.#internals;
    const process = await this.#open();
    if (process === undefined) {
      return this.#result(failure("too many processes are open", { code: "busy", details: { status: 503 } }));
    }
    opened(process);
    let answer = await this.#send(process, symbol.out(port), payload);
    const error = isError(answer) ? answer : undefined;
    if (error !== undefined && process.status === "running") {
      const handled = await this.#send(process, symbol.out("error"), error);
      if (handled !== NONE) answer = handled;
    }
    answered(process, isError(answer) ? statusOf(answer) : 200);
    flow.close(process, isError(answer) ? answer : undefined);
    await process.ended;
    if (process.error !== undefined) {
      // what the client did wrong is not for the log of errors
      failed(process, process.error, statusOf(process.error) >= 500 ? "error" : "info");
      return this.#result(process.error, process);
    }
    if (error !== undefined) failed(process, error, "warn");
    return this.#result(answer, process);
  }

  /** Returns what the other side is told of an error that had no process. */
  told(error: Failure): string {
    return this.#result(error).told ?? "";
  }

  /** Opens a process; waits while too many are open: what has come is not lost. */
  async #open(): Promise<Process | undefined> {
    for (let waited = 0;; waited += BUSY_PAUSE) {
      const process = this.#internals.open(this.#timeout);
      if (process !== undefined || waited >= this.#timeout) return process;
      await this.#clock.sleep(BUSY_PAUSE);
    }
  }

  async #send(process: Process, port: OutPort, payload: Value): Promise<Answer> {
    return await new Promise((resolve) => {
      const answered = (_: Packet, outcome: Outcome) => resolve(outcome as Answer);
      if (!this.#internals.flow.emit(process, port, payload, { answered })) resolve(NONE);
    });
  }

  #result(answer: Answer, process?: Process): EventResult {
    if (!isError(answer)) return { answer, told: undefined };
    const { dev, redact, idOf } = this.#internals;
    const id = process === undefined ? "" : idOf(process);
    const { body, headers } = encodeResponse(answer, { method: "GET" }, { process: id, dev, redact });
    const isJson = headers[1] === "application/json";
    return { answer, told: isJson && typeof body === "string" ? body : encodeJson({ error: String(body) }) };
  }
}

function statusOf(error: Error): number {
  return findHttpError(error)?.status ?? chosenStatus(error) ?? 500;
}
