/** A resource that is open, and how many nodes hold it. */
interface Shared {
  holders: number;
  readonly opened: Promise<unknown>;
  readonly close: ((resource: never) => void | Promise<void>) | undefined;
}

/** A node's hold on resources. */
export interface ResourceHolder {
  /** Returns the resource of a key, opened now if no node holds it; see `HostContext.use`. */
  use<Resource>(
    key: string,
    open: () => Resource | Promise<Resource>,
    close?: (resource: Resource) => void | Promise<void>,
  ): Promise<Resource>;
  /** Lets go of everything that the node holds. @throws {Error} What closing the last hold of a resource threw. */
  release(): Promise<void>;
}

/** The resources that nodes share, by kind and key, counted across generations. */
export class Resources {
  readonly #shared = new Map<string, Shared>();

  /** How many resources are open. */
  get size(): number {
    return this.#shared.size;
  }

  /** Returns the hold of a new node of a kind. */
  holder(kind: string): ResourceHolder {
    const held = new Map<string, Shared>();
    return {
      use: async (key, open, close) => {
        const name = `${kind}:${key}`;
        const shared = held.get(name) ?? this.#hold(name, open, close);
        held.set(name, shared);
        return await shared.opened as Awaited<ReturnType<typeof open>>;
      },
      release: async () => {
        const names = [...held];
        held.clear();
        for (const [name, shared] of names) await this.#letGo(name, shared);
      },
    };
  }

  #hold(name: string, open: () => unknown, close: Shared["close"]): Shared {
    let shared = this.#shared.get(name);
    if (shared === undefined) {
      shared = { holders: 0, opened: Promise.resolve().then(open), close };
      this.#shared.set(name, shared);
      const failed = shared;
      // the next one to ask tries again
      failed.opened.catch(() => this.#shared.get(name) === failed && this.#shared.delete(name));
    }
    shared.holders++;
    return shared;
  }

  async #letGo(name: string, shared: Shared): Promise<void> {
    if (--shared.holders > 0) return;
    if (this.#shared.get(name) === shared) this.#shared.delete(name);
    let resource: unknown;
    try {
      resource = await shared.opened;
    } catch {
      return; // it was never opened
    }
    await shared.close?.(resource as never);
  }
}
