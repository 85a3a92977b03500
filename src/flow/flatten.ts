import { type Link, normalizePort, type Path, type Spec } from "../spec/model/mod.ts";
import { setKey, type Value, type ValueMap } from "../value/mod.ts";

/** A link to another spec, by its name or id, or to a part of the same compound, by the id of the part. */
export interface FlatLink {
  /** The name or id of a spec, or the id of a part. */
  target: string;
  port: string;
}

/** A part of a compound, by its index among the nested specs, and one of its ports. */
export interface PartPort {
  /** The index of the part. */
  readonly part: number;
  /** The name of the port. */
  readonly port: string;
}

/** How a compound is made of nested specs. */
export interface Compound {
  /** The nested specs, as the spec author wrote them. */
  readonly parts: readonly ValueMap[];
  /** Links between them. */
  readonly wires: readonly { readonly from: PartPort; readonly to: PartPort }[];
  /** Returns where a packet to an in port of the whole goes; empty if there is no such port. */
  ins(port: string): readonly PartPort[];
  /** Returns which parts' ports lead to an out port of the whole; empty if there is no such port. */
  outs(port: string): readonly PartPort[];
}

/** What flattening needs to know of a kind. */
export interface FlatKind {
  readonly name: string;
  readonly ports: { readonly out: readonly string[] };
  /** Returns what a spec is made of; such a kind has no node of its own. */
  compound?(fields: ValueMap): Compound;
}

/** The definition of one node: a plain spec, or a part of a compound. */
export interface FlatSpec<Kind extends FlatKind = FlatKind> {
  id: string;
  name: string;
  kind: Kind;
  fields: ValueMap;
  links: Readonly<Record<string, readonly FlatLink[]>>;
  /** The path from the root of the spec to this part. */
  path: Path;
}

/** A spec as plain nodes. */
export interface Flattened<Kind extends FlatKind = FlatKind> {
  /** Its nodes in the order of the spec; a single one for a plain kind. */
  nodes: FlatSpec<Kind>[];
  /** For each compound, by id: returns the links that one of its in ports stands for. */
  inbound: Map<string, (port: string) => readonly FlatLink[]>;
}

/** Returns the kind with a name. @throws {Error} If there is none. */
export type KindOf<Kind extends FlatKind> = (name: string) => Kind;

/**
 * Splits a spec into plain nodes: the parts of a block named `outer` become `outer/0`, `outer/1`, ..., and a part that
 * is a compound itself is split in turn.
 */
export function flatten<Kind extends FlatKind>(spec: Spec, kindOf: KindOf<Kind>): Flattened<Kind> {
  const flat: Flattened<Kind> = { nodes: [], inbound: new Map() };
  const links: Record<string, FlatLink[]> = {};
  for (const [port, targets] of Object.entries(spec.links)) {
    // these are links of the spec itself, not of a node's out port
    if (port !== "init" && port !== "term") setKey(links, port, targets.map(toFlatLink));
  }
  add(
    flat,
    { id: spec.id, name: spec.name ?? spec.id, kind: kindOf(spec.kind), fields: spec.fields, links, path: [] },
    kindOf,
  );
  return flat;
}

function toFlatLink(link: Link): FlatLink {
  return { target: link.id ?? link.name ?? "", port: link.port };
}

function add<Kind extends FlatKind>(flat: Flattened<Kind>, spec: FlatSpec<Kind>, kindOf: KindOf<Kind>): void {
  const compound = spec.kind.compound?.(spec.fields);
  if (compound === undefined) {
    flat.nodes.push({ ...spec, links: normalized(spec.links, spec.kind.ports.out) });
    return;
  }
  const idOf = (part: number) => `${spec.id}/${part}`;
  const links: Record<string, FlatLink[]>[] = compound.parts.map(() => ({}));
  const link = (part: number, port: string, to: readonly FlatLink[]) => {
    const of = links[part];
    if (of !== undefined) setKey(of, port, [...of[port] ?? [], ...to]);
  };
  for (const { from, to } of compound.wires) link(from.part, from.port, [{ target: idOf(to.part), port: to.port }]);
  for (const [port, to] of Object.entries(spec.links)) {
    for (const { part, port: inner } of compound.outs(port)) link(part, inner, to);
  }
  flat.inbound.set(
    spec.id,
    (port) => compound.ins(port).map(({ part, port: inner }) => ({ target: idOf(part), port: inner })),
  );
  compound.parts.forEach((part, index) => {
    const { kind, ...fields } = part as Record<string, Value>;
    add(flat, {
      id: idOf(index),
      name: `${spec.name}/${index}`,
      kind: kindOf(String(kind)),
      fields: ownFields(fields),
      links: links[index]!,
      path: [...spec.path, "specs", index],
    }, kindOf);
  });
}

/** Renames the ports of links to the names that the kind declares. */
function normalized(links: FlatSpec["links"], ports: readonly string[]): FlatSpec["links"] {
  const known: Record<string, FlatLink[]> = {};
  for (const [written, to] of Object.entries(links)) {
    const port = normalizePort(written, ports) ?? written;
    setKey(known, port, [...known[port] ?? [], ...to]);
  }
  return known;
}

function ownFields(
  {
    id: _,
    name: __,
    namespace: ___,
    meta: ____,
    annotations: _____,
    env: ______,
    links: _______,
    ports: ________,
    ...own
  }: Record<
    string,
    Value
  >,
) {
  return own;
}
