import type { Head, Move, Signature } from "../../history.ts";

/** The moves of head, kept in memory, the oldest forgotten. */
export class HeadLog {
  #moves: Move[] = [];
  #head: Head = { version: 0, sequence: 0 };

  /** @param capacity How many moves are kept. */
  constructor(readonly capacity = Infinity) {}

  get head(): Head {
    return this.#head;
  }

  add(version: number, time: Date, { author, message }: Signature): Head {
    const sequence = this.#head.sequence + 1;
    this.#moves.push({
      sequence,
      version,
      previous: this.#head.version,
      time,
      ...(author === undefined ? {} : { author }),
      ...(message === undefined ? {} : { message }),
    });
    if (this.#moves.length > this.capacity) this.#moves.shift();
    return this.#head = { version, sequence };
  }

  since(sequence: number): Move[] {
    return this.#moves.slice(this.#moves.findLastIndex((move) => move.sequence <= sequence) + 1);
  }

  /** Forgets the moves to versions that are gone. */
  forget(versions: ReadonlySet<number>): void {
    this.#moves = this.#moves.filter(({ version }) => !versions.has(version));
  }
}
