import { failure, type Value } from "../../value/mod.ts";
import { CallChain } from "../call_chain.ts";
import {
  type DatabaseTransaction,
  joinResults,
  type QueryOptions,
  type Result,
  STATEMENT_TIMEOUT,
} from "../database.ts";
import { Ask, type AskFrame, Reply, type ReplyFrame } from "./frame.ts";
import { inputOf, type KnownText } from "./known_text.ts";
import { errorIn, type Lane, type LaneEnd, tooLarge } from "./lane.ts";
import { lostError } from "./lanes.ts";
import { resultOf } from "./sqlite_value.ts";
import type { WriteLock } from "./write_lock.ts";

/** What a transaction is made of. */
export interface SqliteTransactionOptions {
  readonly lane: Lane;
  readonly lock: WriteLock;
  number(): number;
  textOf(text: string): KnownText;
  /** Called when something runs that may have to be ended. */
  look(): void;
  /** Gives the lane back. */
  give(): void;
}

/** How long a statement may go on that nobody waits for, in milliseconds. */
const GRACE = 50;

/** A transaction on a lane of its own. It begins with its first statement. */
export class SqliteTransaction implements DatabaseTransaction {
  readonly #options: SqliteTransactionOptions;
  #hasBegun = false;
  #hasLock = false;
  #hasEnded = false;
  /** Why nothing more can be done. */
  #broken: Error | undefined;
  readonly #chain = new CallChain();

  constructor(options: SqliteTransactionOptions) {
    this.#options = options;
  }

  /** Waits for the lock for writing, before it is known that something is written. */
  async lock(options: QueryOptions): Promise<void> {
    if (this.#hasLock) return;
    try {
      await this.#options.lock.wait(options);
      this.#hasLock = true;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  query(text: string, parameters: readonly Value[] = [], options: QueryOptions = {}): Promise<Result> {
    return this.#next(async () => {
      options.signal?.throwIfAborted();
      const known = this.#options.textOf(text);
      const input = inputOf(known, parameters);
      await this.#prepareTo(known, options);
      const reply = await this.#ask((id) => [Ask.Run, id, known.text, input], options);
      if (reply[1] !== Reply.Result) throw new Error("a statement has no result");
      return resultOf(reply[2]);
    });
  }

  queryEach(text: string, lists: readonly (readonly Value[])[], options: QueryOptions = {}): Promise<Result> {
    return this.#next(async () => {
      options.signal?.throwIfAborted();
      const known = this.#options.textOf(text);
      const inputs = lists.map((parameters) => inputOf(known, parameters));
      await this.#prepareTo(known, options);
      const reply = await this.#ask((id) => [Ask.Each, id, known.text, inputs], options);
      if (reply[1] !== Reply.Results) throw new Error("a statement has no results");
      return joinResults(reply[2].map(resultOf));
    });
  }

  script(text: string, options: QueryOptions = {}): Promise<void> {
    return this.#next(async () => {
      await this.lock(options);
      this.#begin();
      await this.#ask((id) => [Ask.Script, id, text], options);
    });
  }

  commit(): Promise<void> {
    return this.#next(async () => {
      if (this.#hasEnded) return;
      try {
        if (this.#hasBegun) await this.#ask((id) => [Ask.End, id, true], {});
      } finally {
        this.#end();
      }
    });
  }

  rollback(): Promise<void> {
    // it does not matter what was wrong before
    return this.#chain.run(async () => {
      if (this.#hasEnded) return;
      try {
        if (this.#hasBegun && this.#broken === undefined) await this.#ask((id) => [Ask.End, id, false], {});
      } catch {
        // a lane that is lost has rolled back
      } finally {
        this.#end();
      }
    });
  }

  /** Runs something after all that was asked before. */
  #next<T>(work: () => Promise<T>): Promise<T> {
    return this.#chain.run(async () => {
      if (this.#broken !== undefined) throw this.#broken;
      if (this.#hasEnded) throw failure("the transaction has ended", { code: "aborted" });
      return await work();
    });
  }

  /** Begins the transaction, and takes the lock for a statement that writes. */
  async #prepareTo(known: KnownText, options: QueryOptions): Promise<void> {
    if (known.writes === undefined) {
      // in the transaction, which may have made the table
      const reply = await this.#ask((id) => [Ask.Classify, id, known.text], options);
      if (reply[1] === Reply.Class) known.writes = reply[2];
    }
    if (known.writes && !this.#hasLock) {
      await this.#options.lock.wait(options);
      this.#hasLock = true;
    }
    this.#begin();
  }

  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    const { lane, number } = this.#options;
    const id = number();
    lane.ask(id, [Ask.Begin, id, this.#hasLock], {
      limit: STATEMENT_TIMEOUT,
      answered: (reply) => this.#broken ??= errorIn(reply),
      lost: (end) => this.#broken ??= lostError(end.why),
    });
  }

  #ask(frame: (id: number) => AskFrame, options: QueryOptions): Promise<ReplyFrame> {
    const { lane, number, look } = this.#options;
    const { timeout = STATEMENT_TIMEOUT } = options;
    return new Promise<ReplyFrame>((resolve, reject) => {
      const id = number();
      let signal: AbortSignal | undefined;
      const done = () => signal?.removeEventListener("abort", abort);
      const asked = {
        limit: timeout,
        watch: () => {
          if (signal === undefined && options.signalOf !== undefined) watch(options.signalOf());
        },
        answered: (reply: ReplyFrame) => {
          done();
          const error = this.#broken ?? errorIn(reply);
          if (error === undefined) resolve(reply);
          else reject(error);
        },
        lost: (end: LaneEnd) => {
          done();
          const error = end.id !== id ? undefined : end.killed ?? (end.isMemory ? tooLarge() : undefined);
          this.#broken ??= lostError(`${end.why}; the transaction was rolled back`);
          reject(signal?.aborted ? signal.reason : error ?? this.#broken);
        },
      };
      const abort = () => asked.limit = GRACE;
      const watch = (given: AbortSignal) => {
        signal = given;
        if (signal.aborted) abort();
        else signal.addEventListener("abort", abort, { once: true });
      };
      if (options.signal?.aborted) return reject(options.signal.reason);
      if (options.signal !== undefined) watch(options.signal);
      lane.ask(id, frame(id), asked);
      look();
    });
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#hasLock) this.#options.lock.release();
    this.#options.give();
  }
}
