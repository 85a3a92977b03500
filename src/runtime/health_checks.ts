import type { HealthCheck } from "../kinds/mod.ts";
import { asError } from "../value/mod.ts";

/** How long a check may take, in milliseconds. */
const PATIENCE = 2_000;
/** How long an answer holds, in milliseconds: whoever asks often does not ask databases as often. */
const FRESH = 1_000;

/** What has to work outside for the runtime to be ready, as its connections ask for it. */
export class HealthChecks {
  readonly #checks = new Map<object, { readonly name: string; readonly check: HealthCheck }>();
  #last: { readonly at: number; readonly found: Promise<string[]> } | undefined;

  /** Adds a check. @returns What removes it. */
  add(name: string, check: HealthCheck): () => void {
    const key = {};
    this.#checks.set(key, { name, check });
    return () => this.#checks.delete(key);
  }

  /** Asks all. @returns What does not work, and why, a line each; nothing if all does. */
  failed(): Promise<string[]> {
    if (this.#checks.size === 0) return NOTHING;
    const now = performance.now();
    if (this.#last === undefined || now - this.#last.at > FRESH) this.#last = { at: now, found: this.#ask() };
    return this.#last.found;
  }

  async #ask(): Promise<string[]> {
    // several nodes use one connection
    const byName = new Map([...this.#checks.values()].map(({ name, check }) => [name, check]));
    const lines = await Promise.all([...byName].map(async ([name, check]) => {
      try {
        await check(AbortSignal.timeout(PATIENCE));
        return [];
      } catch (error) {
        return [`connection ${name}: ${asError(error).message}`];
      }
    }));
    return lines.flat();
  }
}

const NOTHING: Promise<string[]> = Promise.resolve([]);
