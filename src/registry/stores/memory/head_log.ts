import { type Head, type Move, type Signature, signatureOf } from "../../history.ts";

/** The head log in memory, which forgets its oldest moves. */
export class HeadLog {
  #moves: Move[] = [];
  #head: Head = { version: 0, sequence: 0 };

  /** @param capacity The number of moves that are kept. */
  constructor(readonly capacity: number = Infinity) {}

  get head(): Head {
    return this.#head;
  }

  /** Appends a move. Returns the new head. */
  add(version: number, time: Date, signature: Signature): Head {
    const sequence = this.#head.sequence + 1;
    this.#moves.push({
      sequence,
      version,
      previous: this.#head.version,
      time,
      ...signatureOf(signature),
    });
    if (this.#moves.length > this.capacity) this.#moves.shift();
    return this.#head = { version, sequence };
  }

  /** Returns the moves after a sequence number, in order. */
  since(sequence: number): Move[] {
    return this.#moves.slice(this.#moves.findLastIndex((move) => move.sequence <= sequence) + 1);
  }

  /** Removes the moves to versions that were removed. */
  forget(versions: ReadonlySet<number>): void {
    this.#moves = this.#moves.filter(({ version }) => !versions.has(version));
  }
}
