import { Compartment, type Entry } from "./compartment.ts";

/** A function's body, compiled once for all who use the same text. */
export interface Unit {
  readonly compartment: Compartment;
  readonly body: Entry;
  /** Gives it up. */
  release(): void;
}

interface Shared {
  body: Entry;
  users: number;
}

/**
 * Where an executor runs its snippets: one compartment that all share, and more for those that want one of their own.
 */
export class Realm {
  readonly #shared = new Compartment();
  readonly #bodies = new Map<string, Shared>();

  /**
   * Compiles the body of a function, or takes the one that is there already. Only the text is shared: what the body
   * declares is made anew by everyone who runs it.
   *
   * @param isolate Whether it gets a compartment of its own.
   * @throws {unknown} The engine's SyntaxError.
   */
  compile(body: string, parameters: readonly string[], isolate: boolean): Unit {
    if (isolate) {
      const compartment = new Compartment();
      return { compartment, body: compartment.compile(body, parameters), release() {} };
    }
    const key = `${parameters.join()}\0${body}`;
    let shared = this.#bodies.get(key);
    if (shared === undefined) {
      shared = { body: this.#shared.compile(body, parameters), users: 0 };
      this.#bodies.set(key, shared);
    }
    const unit = shared;
    unit.users++;
    return {
      compartment: this.#shared,
      body: unit.body,
      release: () => {
        if (--unit.users === 0) this.#bodies.delete(key);
      },
    };
  }

  /** How many different bodies are held. */
  get size(): number {
    return this.#bodies.size;
  }
}
