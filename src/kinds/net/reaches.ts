import type { NodeSymbol } from "../../flow/mod.ts";

/**
 * Reports whether a node leads to one of a kind, along the links of a generation and by messages.
 *
 * @param listening Returns the nodes that take messages of a `trigger`: any topic may be any other's.
 */
export function reaches(
  from: NodeSymbol,
  kind: string,
  generation: number,
  listening: () => Iterable<NodeSymbol>,
): boolean {
  const seen = new Set([from]);
  for (const symbol of seen) {
    if (symbol.kind === kind) return true;
    if (symbol.kind === "trigger") { for (const other of listening()) seen.add(other); }
    for (const port of symbol.outs) {
      for (const target of port.targets(generation)) seen.add(target.symbol);
    }
  }
  return false;
}
