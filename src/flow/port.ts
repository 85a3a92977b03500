import type { NodeSymbol } from "./symbol.ts";

/** A port on which a node receives packets. */
export class InPort {
  /** The out ports that lead here in any generation; known for ports with an index only. */
  readonly #sources = new Set<OutPort>();

  /** @param index Its index among the in ports of its symbol, the same on every thread. */
  constructor(readonly symbol: NodeSymbol, readonly name: string, readonly index: number) {}

  /** Whether it is one of several ports of the same name: `in[0]`, `in[1]`, ... */
  get isIndexed(): boolean {
    return this.name.endsWith("]");
  }

  /** Reports whether anything is linked to it in a generation. Only for ports with an index. */
  isLinked(generation: number): boolean {
    for (const source of this.#sources) {
      if (source.targets(generation).includes(this)) return true;
      // what no generation links any more is forgotten
      if (!source.history().some(({ links }) => links.includes(this))) this.#sources.delete(source);
    }
    return false;
  }

  /** Records that an out port leads here. Only `OutPort` calls it. */
  addSource(port: OutPort): void {
    this.#sources.add(port);
  }
}

interface LinksSince {
  readonly links: readonly InPort[];
  readonly since: number;
  readonly older: LinksSince | undefined;
}

const UNLINKED: readonly InPort[] = [];

/**
 * A port from which a node sends packets. Its links may differ from generation to generation while its symbol stays the
 * same, because a node at the other end was replaced. A process sees the links of its own generation.
 */
export class OutPort {
  #links: LinksSince = { links: UNLINKED, since: 0, older: undefined };

  constructor(readonly symbol: NodeSymbol, readonly name: string) {}

  /** Returns the in ports that it is linked to in a generation, in the order of the spec. */
  targets(generation: number): readonly InPort[] {
    let at = this.#links;
    while (at.since > generation) {
      if (at.older === undefined) return UNLINKED;
      at = at.older;
    }
    return at.links;
  }

  /** Sets the links from a generation on. Must be called with ascending generations. */
  link(generation: number, links: readonly InPort[]): void {
    for (const port of links) if (port.isIndexed) port.addSource(this);
    const now = this.#links;
    this.#links = { links, since: generation, older: now.since === generation ? now.older : now };
  }

  /** Returns the links of all generations that some process may still see, oldest first. */
  history(): { since: number; links: readonly InPort[] }[] {
    const history = [];
    for (let at: LinksSince | undefined = this.#links; at !== undefined; at = at.older) history.push(at);
    return history.reverse();
  }

  /** Forgets links that only processes of earlier generations could see. */
  forget(generation: number): void {
    let at = this.#links;
    while (at.since > generation && at.older !== undefined) at = at.older;
    if (at.older !== undefined) (at as { older: LinksSince | undefined }).older = undefined;
  }
}
