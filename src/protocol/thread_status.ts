/**
 * Memory that an executor shares with the warden and the host: what it notes of itself can be read while the thread is
 * deep in a call and answers nothing, and the host can wake it without its event loop.
 */
export class ThreadStatus {
  readonly #words: Int32Array;

  /** @param buffer Shared with the other side; made here if absent. */
  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(Word.Count * 4)) {
    this.#words = new Int32Array(buffer);
  }

  /** The executor's event loop turns. */
  beat(): void {
    Atomics.add(this.#words, Word.Beat, 1);
  }

  /**
   * User code is about to be entered.
   *
   * @param limit How long it may take, in milliseconds.
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

  /** User code was left, its result copied out. */
  leave(): void {
    Atomics.store(this.#words, Word.Busy, 0);
  }

  /** A call was stopped softly. @param beyond How much later than its limit the thread was free again, in milliseconds. */
  stopped(beyond: number): void {
    Atomics.store(this.#words, Word.Beyond, Math.round(beyond * 1_000));
    Atomics.add(this.#words, Word.Stops, 1);
  }

  /** Calls that were stopped softly, and how long the last one was there beyond its limit, in milliseconds. */
  get stops(): { count: number; beyond: number } {
    const words = this.#words;
    return { count: Atomics.load(words, Word.Stops), beyond: Atomics.load(words, Word.Beyond) / 1_000 };
  }

  /** Whether the thread is in user code. */
  get busy(): boolean {
    return Atomics.load(this.#words, Word.Busy) === 1;
  }

  /** Says that something was posted to the executor. Called by the host. */
  notify(): void {
    Atomics.add(this.#words, Word.Bell, 1);
    Atomics.notify(this.#words, Word.Bell);
  }

  /** How often it was rung. */
  get signals(): number {
    return Atomics.load(this.#words, Word.Bell);
  }

  /**
   * Blocks the thread until it is rung.
   *
   * @param heard The rings that are known already: one more returns at once.
   * @param timeout In milliseconds.
   */
  wait(heard: number, timeout: number): void {
    Atomics.wait(this.#words, Word.Bell, heard, timeout);
  }

  /** What the thread is in, or was in last. */
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

/** The status at one moment. */
export interface StatusReading {
  /** Grows while the thread's event loop turns. */
  beat: number;
  /** Grows with every call into user code. */
  sequence: number;
  /** Whether it is in user code. */
  busy: boolean;
  symbol: number;
  process: number;
  /** In milliseconds. */
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
  Bell,
  Stops,
  Beyond,
  Count,
}
