import { Signal } from "./signal.ts";
import type { Status, StatusReader, StatusReading } from "./status.ts";

/**
 * The status of an executor thread, in memory that it shares with the host and the warden: they can read it while the
 * thread is deep in a call and cannot answer.
 */
export class ThreadStatus implements Status, StatusReader {
  /** Notified by the host when it has posted something to the executor. */
  readonly signal: Signal;
  readonly #words: Int32Array;

  /** @param buffer The memory of an existing status. Default: new memory. */
  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(Word.Count * 4)) {
    this.#words = new Int32Array(buffer);
    this.signal = new Signal(this.#words, Word.Signal);
  }

  beat(): void {
    Atomics.add(this.#words, Word.Beat, 1);
  }

  enter(symbol: number, process: number, limit: number): void {
    const words = this.#words;
    words[Word.Symbol] = symbol;
    words[Word.ProcessLow] = process | 0;
    words[Word.ProcessHigh] = Math.floor(process / 2 ** 32);
    words[Word.Limit] = limit;
    Atomics.add(words, Word.Sequence, 1);
    Atomics.store(words, Word.Busy, 1);
  }

  leave(): void {
    Atomics.store(this.#words, Word.Busy, 0);
  }

  stopped(beyond: number): void {
    Atomics.store(this.#words, Word.Beyond, Math.round(beyond * 1_000));
    Atomics.add(this.#words, Word.Stops, 1);
  }

  get stops(): { count: number; beyond: number } {
    const words = this.#words;
    return { count: Atomics.load(words, Word.Stops), beyond: Atomics.load(words, Word.Beyond) / 1_000 };
  }

  /** Whether the thread is in user code. */
  get busy(): boolean {
    return Atomics.load(this.#words, Word.Busy) === 1;
  }

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
