import type { SymbolTable } from "../flow/mod.ts";

/** A link between two nodes. */
export interface TestLink {
  /** The node and the out port that it begins at: `router.out[0]`. */
  readonly from: string;
  /** The node and the in port that it leads to: `hello.in`. */
  readonly to: string;
  /** The name of the spec that the first node is of, or its id. */
  readonly spec: string;
  /** Where the first node stands in the spec, if that is a compound: indexes of parts, from the outside. */
  readonly part: string;
  /** The out port. */
  readonly port: string;
}

/** Returns all links of a table in its newest generation. */
export function linksOf(table: SymbolTable): TestLink[] {
  const links: TestLink[] = [];
  for (const { unit: { spec, nodes } } of table.units()) {
    const name = spec.name ?? spec.id;
    for (const { symbol } of nodes) {
      for (const port of symbol.outs) {
        for (const target of port.targets(table.generation)) {
          links.push({
            from: `${symbol.name}.${port.name}`,
            to: `${target.symbol.name}.${target.name}`,
            spec: name,
            part: symbol.name.slice(name.length + 1),
            port: port.name,
          });
        }
      }
    }
  }
  return links;
}
