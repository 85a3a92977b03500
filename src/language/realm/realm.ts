import { Compartment, type RealmFunction, type RealmGlobal } from "./compartment.ts";

/** A compiled function body and the compartment that it runs in. */
export interface CompiledBody {
  readonly compartment: Compartment;
  readonly body: RealmFunction;
  /** The globals that the body takes as parameters, after those of its source. */
  readonly globals: readonly string[];
  /** Where the body finds the other globals, unless that is the frozen global. */
  readonly global?: RealmGlobal;
  /** Drops the reference to it. */
  release(): void;
}

interface SharedBody {
  body: RealmFunction;
  users: number;
}

/** What is compiled: the body of a function, checked by a parser to be nothing else. */
export interface BodySource {
  readonly body: string;
  readonly parameters: readonly string[];
  /** Names that the body uses and declares nowhere. */
  readonly free: readonly string[];
  /** Those of them that the body also sets on the global object. */
  readonly replaced: readonly string[];
}

/** The names by which code reaches the global object. */
export const GLOBAL_NAMES: readonly string[] = ["globalThis", "self", "global"];

/**
 * Where an executor runs its snippets: one compartment that all of them share, and one more for each isolated snippet.
 */
export class Realm {
  readonly #now: (() => number) | undefined;
  readonly #shared: Compartment;
  readonly #bodies = new Map<string, SharedBody>();

  /** @param now Returns the time that code sees, in milliseconds since 1970. Default the machine's. */
  constructor(now?: () => number) {
    this.#now = now;
    this.#shared = new Compartment(now);
  }

  /**
   * Compiles the body of a function, or reuses the result for equal code. Only the compiled code is shared: each run of
   * the body declares its variables anew.
   *
   * A body that names the global object gets one of its own when it runs. What it may have set there, it also finds by
   * its bare name: it is then compiled with that object, and shared with nobody.
   *
   * @param isolate Whether it gets a compartment of its own.
   * @param env The name of a parameter by which it finds what `start` gives it, if it has one.
   * @throws {unknown} The engine's SyntaxError.
   */
  compile({ body, parameters, free, replaced }: BodySource, isolate: boolean, env?: string): CompiledBody {
    const compartment = isolate ? new Compartment(this.#now) : this.#shared;
    const ownGlobal = GLOBAL_NAMES.some((name) => free.includes(name));
    const isKnown = (name: string) =>
      GLOBAL_NAMES.includes(name) || (compartment.hasGlobal(name) && !replaced.includes(name));
    const others = free.filter((name) => name !== env);
    const globals = ownGlobal ? others.filter(isKnown) : [];
    const all = [...parameters, ...globals, ...env === undefined ? [] : [env]];
    if (ownGlobal && globals.length < others.length) {
      const global = compartment.createGlobal();
      return { compartment, body: compartment.compile(body, all, global), globals, global, release() {} };
    }
    if (isolate) return { compartment, body: compartment.compile(body, all), globals, release() {} };
    const key = `${all.join()}\0${body}`;
    let shared = this.#bodies.get(key);
    if (shared === undefined) {
      shared = { body: compartment.compile(body, all), users: 0 };
      this.#bodies.set(key, shared);
    }
    const held = shared;
    held.users++;
    return {
      compartment,
      body: held.body,
      globals,
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
