import { failure, type Value, type ValueMap } from "../../value/mod.ts";
import {
  type BeginOptions,
  type Database,
  type DatabaseTransaction,
  queryEachIn,
  type QueryOptions,
  type Result,
  STATEMENT_TIMEOUT,
} from "../database.ts";
import { Call, tooLong } from "./calls.ts";
import { Ask, Reply, type SqliteInput } from "./frame.ts";
import { inputOf, type KnownText, KnownTexts } from "./known_text.ts";
import { errorIn, type Lane } from "./lane.ts";
import { Lanes, lostError } from "./lanes.ts";
import { sqliteCommand, type SqliteOptions } from "./sqlite_options.ts";
import { rowStream } from "./sqlite_stream.ts";
import { SqliteTransaction } from "./sqlite_transaction.ts";
import { resultOf } from "./sqlite_value.ts";
import { WriteLock } from "./write_lock.ts";

/** How many statements are run in one transaction at most. */
const GROUP = 256;
/** How often running statements are looked at, in milliseconds. */
const LOOK = 25;
/** How long reads wait behind one that does not end before they move to another lane, in milliseconds. */
const STUCK = 100;

/** A wish for a lane of its own. */
interface Hold {
  readonly number: number;
  readonly deadline: number;
  given(lane: Lane): void;
  failed(error: Error): void;
  /** Called when it takes long. */
  watch(): void;
}

/**
 * A SQLite file behind programs that have it open. Statements that come at the same time share a message and a transaction;
 * those that write do so one after another, so that no two lanes compete for the file.
 */
export class SqliteDatabase implements Database {
  readonly dialect = "sqlite";
  readonly #lanes: Lanes;
  readonly #lock = new WriteLock();
  readonly #texts = new KnownTexts();
  /** Statements that wait, in their order. */
  #calls: Call[] = [];
  #holds: Hold[] = [];
  #number = 0;
  /** Whether a group that writes is under way, or waits for the lock. */
  #isWriting = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isClosed = false;
  /** The reads that each lane has in its group. */
  readonly #reading = new Map<Lane, { calls: Set<Call>; since: number }>();

  private constructor(options: SqliteOptions) {
    const { argument, writable } = sqliteCommand(options);
    const { connections = 4, idle = 15_000 } = options;
    this.#lanes = new Lanes({
      argument,
      writable,
      // each program would have a database of its own
      connections: argument.path === ":memory:" ? 1 : connections,
      idle,
      free: () => this.#assign(),
      failed: (error) => this.#failWaiting(error),
    });
  }

  /** Opens a file; it is created if it is not there. @throws {Failure} Why it cannot be opened. */
  static async open(options: SqliteOptions): Promise<SqliteDatabase> {
    const database = new SqliteDatabase(options);
    await database.#lanes.open();
    return database;
  }

  async query(text: string, parameters: readonly Value[] = [], options: QueryOptions = {}): Promise<Result> {
    const { signal } = options;
    signal?.throwIfAborted();
    const known = this.#texts.of(text);
    const input = inputOf(known, parameters);
    if (known.writes === undefined) {
      await this.#classify(known, options);
      signal?.throwIfAborted();
    }
    return resultOf(await this.#call(known, input, options));
  }

  queryEach(text: string, lists: readonly (readonly Value[])[], options: QueryOptions = {}): Promise<Result> {
    return queryEachIn(this, text, lists, options);
  }

  stream(text: string, parameters: readonly Value[] = [], options: QueryOptions = {}): ReadableStream<ValueMap[]> {
    const { signal, timeout = STATEMENT_TIMEOUT } = options;
    const known = this.#texts.of(text);
    const input = inputOf(known, parameters);
    return rowStream({
      text: known.text,
      parameters: input,
      timeout,
      signal,
      number: () => ++this.#number,
      hold: () => this.hold(options),
      give: (lane) => this.#lanes.give(lane),
      look: () => this.#look(),
    });
  }

  async begin(options: BeginOptions = {}): Promise<DatabaseTransaction> {
    const { isolation } = options;
    const lane = await this.hold(options);
    const transaction = new SqliteTransaction({
      lane,
      lock: this.#lock,
      number: () => ++this.#number,
      textOf: (text) => this.#texts.of(text),
      look: () => this.#watch(),
      give: () => this.#lanes.give(lane),
    });
    if (isolation === "serializable") await transaction.lock(options);
    return transaction;
  }

  async verify(options: QueryOptions = {}): Promise<void> {
    await this.query("SELECT 1", [], options);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#failWaiting(failure("the database was closed", { code: "aborted" }));
    await this.#lanes.close();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Waits for a lane of one's own. It has to be given back. */
  hold({ signal, signalOf, timeout = STATEMENT_TIMEOUT }: QueryOptions): Promise<Lane> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw closed();
    return new Promise<Lane>((resolve, reject) => {
      let watched: AbortSignal | undefined;
      const done = () => watched?.removeEventListener("abort", abort);
      const abort = () => {
        this.#holds = this.#holds.filter((one) => one !== hold);
        reject(watched!.reason);
      };
      const watch = (signal: AbortSignal) => {
        watched = signal;
        if (signal.aborted) abort();
        else signal.addEventListener("abort", abort, { once: true });
      };
      const hold: Hold = {
        number: ++this.#number,
        deadline: performance.now() + timeout,
        given: (lane) => (done(), resolve(lane)),
        failed: (error) => (done(), reject(error)),
        watch: () => {
          if (watched === undefined && signalOf !== undefined) watch(signalOf());
        },
      };
      if (signal !== undefined) watch(signal);
      this.#holds.push(hold);
      this.#assign();
      this.#watch();
    });
  }

  /** Asks whether a statement writes, on any lane. */
  async #classify(known: KnownText, options: QueryOptions): Promise<void> {
    const lane = await this.hold(options);
    try {
      known.writes = await new Promise<boolean>((resolve, reject) => {
        const id = ++this.#number;
        lane.ask(id, [Ask.Classify, id, known.text], {
          limit: options.timeout ?? STATEMENT_TIMEOUT,
          answered: (reply) => reply[1] === Reply.Class ? resolve(reply[2]) : reject(errorIn(reply)),
          lost: ({ why }) => reject(lostError(why)),
        });
      });
    } finally {
      this.#lanes.give(lane);
    }
  }

  #call(known: KnownText, input: readonly SqliteInput[], { signal, signalOf, timeout }: QueryOptions) {
    if (this.#isClosed) throw closed();
    const limit = timeout ?? STATEMENT_TIMEOUT;
    const again = (call: Call) => this.#enqueue(call);
    const call = new Call(++this.#number, known.text, input, known.writes!, limit, again, signalOf);
    this.#enqueue(call);
    if (signal !== undefined) call.failOn(signal);
    return call.result;
  }

  #isAssigning = false;

  #enqueue(call: Call): void {
    if (this.#isClosed) return call.fail(closed());
    this.#calls.push(call);
    this.#watch();
    if (this.#isAssigning) return;
    this.#isAssigning = true;
    // those of one turn of the event loop share a group
    queueMicrotask(() => {
      this.#isAssigning = false;
      this.#assign();
    });
  }

  /** Gives free lanes to what has waited longest. */
  #assign(): void {
    for (;;) {
      const call = this.#calls.find((call) => !call.isSettled && !(call.writes && this.#isWriting));
      const hold = this.#holds[0];
      if (call === undefined && hold === undefined) {
        this.#lanes.settle();
        return;
      }
      const lane = this.#lanes.take();
      if (lane === undefined) return;
      if (hold !== undefined && (call === undefined || hold.number < call.id)) {
        this.#holds.shift();
        hold.given(lane);
      } else if (call!.writes) this.#write(lane);
      else this.#send(lane, this.#takeCalls(false), false);
    }
  }

  /** Runs all that wait and write, once nobody else does. */
  #write(lane: Lane): void {
    this.#isWriting = true;
    if (this.#lock.take()) return this.#send(lane, this.#takeCalls(true), true);
    void this.#lock.wait({}).then(() => this.#send(lane, this.#takeCalls(true), true));
  }

  #takeCalls(writes: boolean): Call[] {
    const taken: Call[] = [];
    this.#calls = this.#calls.filter((call) => {
      if (call.isSettled) return false;
      if (call.writes !== writes || taken.length >= GROUP) return true;
      taken.push(call);
      return false;
    });
    return taken;
  }

  #send(lane: Lane, calls: Call[], writes: boolean): void {
    let open = calls.length;
    const done = () => {
      if (--open > 0) return;
      this.#reading.delete(lane);
      if (writes) {
        this.#isWriting = false;
        this.#lock.release();
      }
      this.#lanes.give(lane);
    };
    if (open === 0) {
      open = 1;
      return done();
    }
    if (!writes) this.#reading.set(lane, { calls: new Set(calls), since: performance.now() });
    for (const call of calls) {
      lane.expect(call.id, {
        get limit() {
          return call.limit;
        },
        watch: () => call.watch(),
        answered: (reply) => {
          call.answered(reply);
          done();
        },
        lost: (end) => {
          done();
          call.lost(end);
        },
      });
    }
    lane.post([Ask.Group, writes, calls.map(({ id, text, parameters }) => [id, text, parameters])]);
  }

  #watch(): void {
    this.#timer ??= setInterval(() => this.#look(), LOOK);
  }

  /** Ends what has run or waited for too long. */
  #look(): void {
    const now = performance.now();
    for (const call of this.#calls) {
      call.watch();
      if (now > call.deadline) call.fail(failure("no connection was free in time", { code: "timeout" }));
    }
    this.#calls = this.#calls.filter(({ isSettled }) => !isSettled);
    for (const hold of [...this.#holds]) {
      hold.watch();
      if (now > hold.deadline) hold.failed(failure("no connection was free in time", { code: "timeout" }));
    }
    this.#holds = this.#holds.filter(({ deadline }) => now <= deadline);
    let isBusy = this.#calls.length > 0 || this.#holds.length > 0;
    for (const lane of this.#lanes.all) {
      if (lane.asked.size === 0) continue;
      isBusy = true;
      for (const asked of lane.asked.values()) asked.watch?.();
      this.#lookAt(lane, now);
    }
    if (isBusy) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #lookAt(lane: Lane, now: number): void {
    const found = lane.look(now);
    if (found === undefined || found.isCommit) return;
    const running = lane.asked.get(found.id);
    if (running !== undefined && found.elapsed > running.limit) lane.kill(found.id, tooLong(running.limit));
    const reading = this.#reading.get(lane);
    if (reading === undefined || found.elapsed < STUCK || this.#lanes.isSingle) return;
    for (const call of reading.calls) {
      if (call.id === found.id || call.isSettled || !lane.asked.has(call.id)) continue;
      reading.calls.delete(call);
      const asked = lane.asked.get(call.id)!;
      lane.forget(call.id);
      // a read does no harm if it is run twice
      asked.lost({ isCommit: false, why: "another statement did not end", isMemory: false });
    }
  }

  #failWaiting(error: Error): void {
    for (const call of this.#calls.splice(0)) call.fail(error);
    for (const hold of this.#holds.splice(0)) hold.failed(error);
  }
}

function closed(): Error {
  return failure("the database was closed", { code: "aborted" });
}
