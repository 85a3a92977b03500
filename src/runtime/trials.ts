import type { Meta, Presence, RuntimeInstance } from "../presence/mod.ts";
import { isMap, pause } from "../value/mod.ts";

/** After how long without a report a runtime is taken for dead, in milliseconds: two heartbeats and a bit. */
const SILENT = 11_000;
/** The interval at which the report of a runtime that may be dead is looked at, in milliseconds. */
const LOOK = 100;

/** Options of `Trials`. */
export interface TrialsOptions {
  /** The id of the runtime in the store. */
  readonly id: string;
  readonly namespace: string;
  readonly presence: Presence;
  readonly meta: Meta;
}

/** Why a version should not be tried. */
export interface Doubt {
  /** The reason, in words. */
  readonly reason: string;
  /**
   * Waits until it is known whether the doubt was wrong: whoever tries the version is alive. If it was right, that is
   * remembered.
   */
  isWrong(signal: AbortSignal): Promise<boolean>;
}

/**
 * The versions that have ended the program of a runtime while it tried them. A runtime tells the store which version it is
 * trying; who finds such a report of a runtime that says nothing more refuses the version, until head is moved to it
 * once more.
 */
export class Trials {
  readonly #options: TrialsOptions;

  constructor(options: TrialsOptions) {
    this.#options = options;
  }

  /** Returns why a version should not be tried; undefined if nothing speaks against it. */
  async doubt(version: number): Promise<Doubt | undefined> {
    const known = await this.#options.meta.get(this.#key);
    if (isMap(known) && known.version === version) {
      return { reason: String(known.reason), isWrong: () => Promise.resolve(false) };
    }
    const other = await this.#trying(version);
    if (other === undefined) return undefined;
    const reason = reasonOf(other, "has ended or hangs since");
    return { reason, isWrong: (signal) => this.#isAlive(other, version, reason, signal) };
  }

  /**
   * Has runtimes that are known to have ended without telling the store forgotten. A version that one of them was trying
   * is refused from here on.
   */
  async forget(ended: readonly string[]): Promise<void> {
    if (ended.length === 0) return;
    const { presence, namespace, meta } = this.#options;
    for (const runtime of await presence.instances()) {
      if (!ended.includes(runtime.id)) continue;
      const { data } = runtime;
      if (isMap(data) && data.namespace === namespace && data.trying !== undefined) {
        await meta.set(this.#key, { version: data.trying, reason: reasonOf(runtime, "has ended since") });
      }
      await presence.deregister(runtime.id);
    }
  }

  /** Forgets that a version is refused. */
  async allow(version: number): Promise<void> {
    const known = await this.#options.meta.get(this.#key);
    if (isMap(known) && known.version === version) await this.#options.meta.set(this.#key, null);
  }

  /** Under which the store keeps the version that is refused. */
  get #key(): string {
    return `refused:${this.#options.namespace}`;
  }

  /** Returns the runtime that has reported that it is trying a version. */
  async #trying(version: number): Promise<RuntimeInstance | undefined> {
    const { presence, namespace, id } = this.#options;
    return (await presence.instances()).find((other) =>
      other.id !== id && isMap(other.data) && other.data.namespace === namespace && other.data.trying === version
    );
  }

  async #isAlive(seen: RuntimeInstance, version: number, reason: string, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      const now = (await this.#options.presence.instances()).find(({ id }) => id === seen.id);
      if (now === undefined || now.time.getTime() !== seen.time.getTime()) return true;
      if (now.age > SILENT) {
        await this.#options.meta.set(this.#key, { version, reason });
        await this.#options.presence.deregister(seen.id);
        return false;
      }
      await pause(LOOK, signal);
    }
    return false;
  }
}

function reasonOf({ data, time }: RuntimeInstance, since: string): string {
  const { pid } = data as { pid: number };
  return `process ${pid}, which tried it at ${time.toISOString()}, ${since}; apply it again to have it tried once more`;
}
