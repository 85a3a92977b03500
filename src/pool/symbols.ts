import type { InPort, NodeSymbol, OutPort } from "../flow/mod.ts";
import type { Definition, LinkPatch, Patch } from "../protocol/mod.ts";

/** A symbol as the pool has to know it. */
export interface PoolSymbol {
  symbol: NodeSymbol;
  /** Without a body, it is one of the host. */
  definition: Definition;
  /** Whether a packet to it may be repeated; counts for symbols of the host only. */
  pure: boolean;
}

/** The symbols that executors have, and what each executor has of them. */
export class PoolSymbols {
  readonly #symbols = new Map<number, PoolSymbol>();
  /** Symbols that run on an executor of their own. */
  readonly #alone = new Set<number>();

  get(number: number): PoolSymbol | undefined {
    return this.#symbols.get(number);
  }

  add(symbol: PoolSymbol): void {
    this.#symbols.set(symbol.definition.number, symbol);
  }

  remove(number: number): void {
    this.#symbols.delete(number);
    this.#alone.delete(number);
  }

  /** From now on a symbol runs on an executor of its own, and the others ask the host for it. */
  isolate(number: number): void {
    this.#alone.add(number);
  }

  /**
   * A definition as an executor gets it: without its body where the symbol does not run.
   *
   * @param only The symbol that the executor is for, if it is for one.
   */
  definitionFor(only: number | undefined, { definition }: PoolSymbol): Definition {
    const here = only === undefined ? !this.#alone.has(definition.number) : only === definition.number;
    if (here || definition.body === undefined) return definition;
    const { body: _, ...remote } = definition;
    return remote;
  }

  /** The whole table, for a new executor. */
  snapshot(only: number | undefined): Patch {
    const define: Definition[] = [];
    const link: LinkPatch[] = [];
    for (const known of this.#symbols.values()) {
      define.push(this.definitionFor(only, known));
      for (const port of known.symbol.outs) {
        for (const { since, links } of port.history()) {
          if (since === 0) continue;
          const targets = links.filter((at) => this.#symbols.has(at.symbol.number));
          link.push(linkPatch(port, { since, oldest: 0 }, targets));
        }
      }
    }
    return { define, link, free: [] };
  }
}

/** Links of a port in written form. */
export function linkPatch(
  port: OutPort,
  { since, oldest }: { since: number; oldest: number },
  targets: readonly InPort[],
): LinkPatch {
  return {
    symbol: port.symbol.number,
    port: port.name,
    since,
    oldest,
    targets: targets.flatMap((target) => [target.symbol.number, target.index]),
  };
}

/**
 * The in port at an index of a symbol, if another is linked to it, for a process of that generation. Nothing is looked up
 * by the index itself: an executor may have made it up.
 */
export function linkedPort(from: NodeSymbol, to: NodeSymbol, index: number, generation: number): InPort | undefined {
  for (const port of from.outs) {
    for (const target of port.targets(generation)) if (target.symbol === to && target.index === index) return target;
  }
  return undefined;
}
