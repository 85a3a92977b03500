import { z } from "zod";
import { flatten, NodeSymbol, type Unit } from "../../src/flow/mod.ts";
import type { Kind } from "../../src/kind/mod.ts";
import { KINDS as BUILT_IN } from "../../src/kinds/mod.ts";
import type { Link, Spec } from "../../src/spec/mod.ts";
import type { ValueMap } from "../../src/value/mod.ts";

function plain(name: string, ins: string[], out: string[]): Kind {
  return { name, summary: name, fields: z.looseObject({}), ports: { in: ins, out } };
}

const KINDS = new Map<string, Kind>([
  plain("node", ["in"], ["out", "error"]),
  plain("source", [], ["out"]),
  plain("switch", ["in"], ["out[]", "error"]),
  plain("join", ["in[]"], ["out"]),
  ...BUILT_IN.filter(({ name }) => name === "block" || name === "step"),
].map((kind) => [kind.name, kind]));

/** The kinds of these tests: `node`, `source`, `switch` (`out[]`), `join` (`in[]`), and the built-in `block` and `step`. */
export function kindOf(name: string): Kind {
  const kind = KINDS.get(name);
  if (kind === undefined) throw new Error(`there is no kind ${name}`);
  return kind;
}

/** Links as a test writes them: `{ out: "a b.in[1] #id" }`, `#` before an id, `.in` where no port is named. */
export type Written = Record<string, string>;

function linksOf(written: Written): Record<string, Link[]> {
  return Object.fromEntries(
    Object.entries(written).map(([port, targets]) => [
      port,
      targets.split(" ").map((target): Link => {
        const [name, to = "in"] = target.split(".");
        return name!.startsWith("#") ? { id: name!.slice(1), port: to } : { name: name!, port: to };
      }),
    ]),
  );
}

/** A spec whose id is its name with `id-` before it. */
export function spec(name: string, links: Written = {}, kind = "node", fields: ValueMap = {}): Spec {
  return { id: `id-${name}`, namespace: "test", name, kind, meta: {}, fields, links: linksOf(links) };
}

let numbers = 0;

/** A unit of a spec: new symbols each time. */
export function unit(of: Spec): Unit {
  const { nodes, inbound } = flatten(of, kindOf);
  return {
    spec: of,
    inbound,
    nodes: nodes.map((flat) => ({
      flat,
      symbol: new NodeSymbol({
        number: ++numbers,
        id: flat.id,
        name: flat.name,
        kind: flat.kind.name,
        ins: flat.kind.ports.in,
      }),
    })),
  };
}
