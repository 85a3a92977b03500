import { type Failure, failure } from "../../value/mod.ts";
import { type RawResult, Reply, type ReplyFrame, type SqliteInput } from "./frame.ts";
import { type Asked, errorIn, type LaneEnd, tooLarge } from "./lane.ts";
import { lostError } from "./lanes.ts";

/** How often a statement is run again that was lost with its program, without being the cause. */
const ATTEMPTS = 3;

/** A statement outside of a transaction, on its way. */
export class Call implements Asked {
  readonly result: Promise<RawResult>;
  /** Whether the answer is known. */
  isSettled = false;
  /** When it gives up to wait for a lane, by `performance.now`. */
  readonly deadline: number;
  readonly #settled = Promise.withResolvers<RawResult>();
  #losses = 0;
  #isWatched = false;

  /** @param again Called if it has to be run again. */
  constructor(
    readonly id: number,
    readonly text: string,
    readonly parameters: readonly SqliteInput[],
    readonly writes: boolean,
    public limit: number,
    private readonly again: (call: Call) => void,
    private readonly signalOf: (() => AbortSignal) | undefined,
  ) {
    this.result = this.#settled.promise;
    this.deadline = performance.now() + limit;
  }

  answered(reply: ReplyFrame): void {
    const error = errorIn(reply);
    if (error !== undefined) this.fail(error);
    else if (reply[1] === Reply.Result) {
      this.isSettled = true;
      this.#settled.resolve(reply[2]);
    }
  }

  lost(end: LaneEnd): void {
    if (this.isSettled) return;
    const isCause = end.id === this.id;
    if (isCause && end.killed !== undefined) return this.fail(end.killed);
    if (isCause && end.isMemory) return this.fail(tooLarge());
    if (this.writes && end.isCommit) return this.fail(lostError(`${end.why}; the statement may have been carried out`));
    if (isCause && ++this.#losses >= 2 || ++this.#losses >= ATTEMPTS) return this.fail(lostError(end.why));
    this.again(this);
  }

  /** Fails when the signal is aborted that is asked for now. */
  watch(): void {
    if (this.isSettled || this.#isWatched || this.signalOf === undefined) return;
    this.#isWatched = true;
    this.failOn(this.signalOf());
  }

  /** Fails when a signal is aborted. */
  failOn(signal: AbortSignal): void {
    const abort = () => {
      this.fail(signal.reason);
      // what nobody waits for any more is not worth a lane
      this.limit = 0;
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    const done = () => signal.removeEventListener("abort", abort);
    this.result.then(done, done);
  }

  fail(error: Error): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.#settled.reject(error);
  }
}

/** Returns the error of a statement that has run for too long. */
export function tooLong(limit: number): Failure {
  return failure(`the statement exceeded its time limit of ${limit} ms`, { code: "timeout" });
}
