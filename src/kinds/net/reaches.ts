import type { NodeSymbol } from "../../flow/mod.ts";

/** Reports whether a node leads to one of a kind, along the links of a generation. */
export function reaches(from: NodeSymbol, kind: string, generation: number): boolean {
  const seen = new Set([from]);
  for (const symbol of seen) {
    if (symbol.kind === kind) return true;
    for (const port of symbol.outs) {
      for (const target of port.targets(generation)) seen.add(target.symbol);
    }
  }
  return false;
}
