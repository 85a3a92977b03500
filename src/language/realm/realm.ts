import { Compartment, type RealmFunction } from "./compartment.ts";

/** A compiled function body and the compartment that it runs in. */
export interface CompiledBody {
  readonly compartment: Compartment;
  readonly body: RealmFunction;
  /** Drops the reference to it. */
  release(): void;
}

interface SharedBody {
  body: RealmFunction;
  users: number;
}

/**
 * Where an executor runs its snippets: one compartment that all of them share, and one more for each isolated snippet.
 */
export class Realm {
  readonly #shared = new Compartment();
  readonly #bodies = new Map<string, SharedBody>();

  /**
   * Compiles the body of a function, or reuses the result for equal code. Only the compiled code is shared: each run of
   * the body declares its variables anew.
   *
   * @param isolate Whether it gets a compartment of its own.
   * @throws {unknown} The engine's SyntaxError.
   */
  compile(body: string, parameters: readonly string[], isolate: boolean): CompiledBody {
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
    const held = shared;
    held.users++;
    return {
      compartment: this.#shared,
      body: held.body,
      release: () => {
        if (--held.users === 0) this.#bodies.delete(key);
      },
    };
  }

  /** Number of distinct bodies in the shared compartment. */
  get size(): number {
    return this.#bodies.size;
  }
}
