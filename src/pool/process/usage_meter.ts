import type { PipeChannel, StatusFileReading } from "../../protocol/process/mod.ts";
import type { LastWord } from "./last_word.ts";

/** How long the answer may take, in milliseconds. */
const PATIENCE = 1_000;

/** Measures what the program of an executor has used, also while it is in a loop: its input thread answers. */
export class UsageMeter {
  readonly #channel: PipeChannel;
  readonly #word: LastWord;
  #asked = 0;
  #open: PromiseWithResolvers<StatusFileReading["usage"]> & { deadline: number } | undefined;

  constructor(channel: PipeChannel, word: LastWord) {
    this.#channel = channel;
    this.#word = word;
  }

  /** Returns what the program has used. @throws {Error} If it does not answer. */
  measure(): Promise<StatusFileReading["usage"]> {
    if (this.#open !== undefined) return this.#open.promise;
    this.#asked++;
    this.#open = { ...Promise.withResolvers(), deadline: performance.now() + PATIENCE };
    this.#channel.askUsage();
    return this.#open.promise;
  }

  /** Looks for the answer. */
  look(): void {
    const open = this.#open;
    if (open === undefined) return;
    const { usage } = this.#word.read();
    if (usage.count >= this.#asked) open.resolve(usage);
    else if (performance.now() > open.deadline) open.reject(new Error("the program does not answer"));
    else return;
    this.#open = undefined;
  }
}
