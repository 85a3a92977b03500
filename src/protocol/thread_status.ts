import { Signal } from "./signal.ts";

/**
 * The status of an executor thread, in memory that it shares with the host and the warden: they can read it while the
 * thread is deep in a call and cannot answer.
 */
export class ThreadStatus {
  /** Notified by the host when it has posted something to the executor. */
  readonly signal: Signal;
  readonly #words: Int32Array;

  /** @param buffer The memory of an existing status. Default: new memory. */
  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(Word.Count * 4)) {
    this.#words = new Int32Array(buffer);
    this.signal = new Signal(this.#words, Word.Signal);
  }

  /** Records a turn of the executor's event loop. */
  beat(): void {
    Atomics.add(this.#words, Word.Beat, 1);
  }

  /**
   * Records that the thread is about to enter user code.
   *
   * @param symbol The number of the symbol whose code it is.
   * @param process The number of the process that it runs for.
   * @param limit The time limit of the call, in milliseconds.
   */
  enter(symbol: number, process: number, limit: number): void {
    const words = this.#words;
    words[Word.Symbol] = symbol;
    words[Word.ProcessLow] = process | 0;
    words[Word.ProcessHigh] = Math.floor(process / 2 ** 32);
    words[Word.Limit] = limit;
    Atomics.add(words, Word.Sequence, 1);
    Atomics.store(words, Word.Busy, 1);
  }

  /** Records that the thread has left user code and copied the result out. */
  leave(): void {
    Atomics.store(this.#words, Word.Busy, 0);
  }

  /**
   * Records that the executor itself stopped a call at its time limit.
   *
   * @param beyond How long after the limit the thread was free again, in milliseconds.
   */
  stopped(beyond: number): void {
    Atomics.store(this.#words, Word.Beyond, Math.round(beyond * 1_000));
    Atomics.add(this.#words, Word.Stops, 1);
  }

  /** How many calls the executor has stopped, and how long the last one ran beyond its limit, in milliseconds. */
  get stops(): { count: number; beyond: number } {
    const words = this.#words;
    return { count: Atomics.load(words, Word.Stops), beyond: Atomics.load(words, Word.Beyond) / 1_000 };
  }

  /** Whether the thread is in user code. */
  get busy(): boolean {
    return Atomics.load(this.#words, Word.Busy) === 1;
  }

  /** Returns a snapshot of the current call into user code, or of the last one. */
  read(): StatusReading {
    const words = this.#words;
    return {
      beat: Atomics.load(words, Word.Beat),
      sequence: Atomics.load(words, Word.Sequence),
      busy: this.busy,
      symbol: words[Word.Symbol]!,
      process: words[Word.ProcessHigh]! * 2 ** 32 + (words[Word.ProcessLow]! >>> 0),
      limit: words[Word.Limit]!,
    };
  }
}

/** A snapshot of a thread's status. */
export interface StatusReading {
  /** Turns of the event loop so far. */
  beat: number;
  /** Calls into user code so far. */
  sequence: number;
  /** Whether the thread is in user code. */
  busy: boolean;
  /** The number of the symbol whose code was entered last. */
  symbol: number;
  /** The number of the process that it was entered for. */
  process: number;
  /** The time limit of the call, in milliseconds. */
  limit: number;
}

enum Word {
  Beat,
  Sequence,
  Busy,
  Symbol,
  ProcessLow,
  ProcessHigh,
  Limit,
  Signal,
  Stops,
  /** In microseconds. */
  Beyond,
  Count,
}
