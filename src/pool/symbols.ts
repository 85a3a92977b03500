import type { InPort, NodeSymbol, OutPort } from "../flow/mod.ts";
import type { Definition, LinkPatch, Patch } from "../protocol/mod.ts";

/** A symbol of the pool. */
export interface PoolSymbol {
  symbol: NodeSymbol;
  /** Has no body if the symbol runs on the host. */
  definition: Definition;
  /** Whether a packet to it may be repeated. Only read for symbols of the host. */
  pure: boolean;
  /** Whether an executor has warned of what it does. */
  isWarned?: boolean;
}

/** The symbol table that the executors copy. */
export class PoolSymbols {
  readonly #symbols = new Map<number, PoolSymbol>();
  /** Quarantined symbols: each runs on an executor of its own. */
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

  /** Quarantines a symbol: it runs on an executor of its own, and the other executors reach it by host calls. */
  isolate(number: number): void {
    this.#alone.add(number);
  }

  /**
   * Returns a definition for an executor: without its body if the symbol does not run there.
   *
   * @param only The only symbol that runs on the executor, if it is a quarantined one.
   */
  definitionFor(only: number | undefined, { definition }: PoolSymbol): Definition {
    const here = only === undefined ? !this.#alone.has(definition.number) : only === definition.number;
    if (here || definition.body === undefined) return definition;
    const { body: _, ...remote } = definition;
    return remote;
  }

  /** Returns the whole table for a new executor. */
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

/** Returns the links of a port as a patch. */
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
 * Returns the in port of a symbol with an index, if another symbol is linked to it in a generation. The index is only
 * compared, never used for access: an executor may have made it up.
 */
export function linkedPort(from: NodeSymbol, to: NodeSymbol, index: number, generation: number): InPort | undefined {
  for (const port of from.outs) {
    for (const target of port.targets(generation)) if (target.symbol === to && target.index === index) return target;
  }
  return undefined;
}
