import type { SymbolTable } from "../flow/mod.ts";
import type { Path } from "../spec/mod.ts";

/** A link between two nodes. */
export interface TestLink {
  /** The node and the out port that it begins at: `router.out[0]`. */
  readonly from: string;
  /** The node and the in port that it leads to: `hello.in`. */
  readonly to: string;
  /** The name of the spec that the first node is of, or its id. */
  readonly spec: string;
  /** Where it stands in the spec; within a compound, where the first node stands. */
  readonly path: Path;
}

/** Returns all links of a table in its newest generation. */
export function linksOf(table: SymbolTable): TestLink[] {
  const links: TestLink[] = [];
  for (const { unit: { spec, nodes } } of table.units()) {
    for (const { symbol, flat } of nodes) {
      for (const port of symbol.outs) {
        port.targets(table.generation).forEach((target, index) =>
          links.push({
            from: `${symbol.name}.${port.name}`,
            to: `${target.symbol.name}.${target.name}`,
            spec: spec.name ?? spec.id,
            path: flat.path.length === 0 ? ["links", port.name, index] : flat.path,
          })
        );
      }
    }
  }
  return links;
}
