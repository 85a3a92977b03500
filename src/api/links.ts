import type { Kind } from "../kind/mod.ts";
import type { Entry, Id, Operation, State } from "../registry/mod.ts";
import { entryToSpec, isNode } from "../runtime/stored/mod.ts";
import { namedIn, type Scheme, VALUE_KIND } from "../spec/mod.ts";
import { isList, isMap, type Value, type ValueMap } from "../value/mod.ts";

/** A link of a remaining spec to a deleted one, or its use of a deleted entry: of a value, of a connection. */
export interface BrokenLink {
  /** The spec that remains. */
  from: Id;
  /** Its out port; absent if it uses the entry. */
  port?: string;
  /** The spec that is deleted. */
  to: Id;
}

/**
 * Finds the links that operations would break, and the uses of entries.
 *
 * @param before The state that the operations apply to.
 */
export function brokenLinks(before: State, operations: readonly Operation[], scheme: Scheme<Kind>): BrokenLink[] {
  const after = before.apply(operations);
  const gone = operations.flatMap((operation) =>
    operation.kind === "delete" && after.get(operation.id) === undefined ? [operation.original] : []
  );
  const broken: BrokenLink[] = [];
  for (const [namespace, all] of Map.groupBy(gone, ({ id }) => id.namespace)) {
    const entries = all.filter(isNode);
    const data = all.filter((entry) => !isNode(entry));
    if (data.length > 0) {
      for (const entry of after.namespace(namespace)) {
        if (isNode(entry)) broken.push(...usesOf(entry, data, scheme));
      }
    }
    if (entries.length === 0) continue;
    const byName = new Map(entries.map(({ id }) => [id.name, id]));
    const byId = new Map(entries.map(({ id, data }) => [isMap(data) ? data.id : undefined, id]));
    for (const entry of after.namespace(namespace)) {
      if (!isNode(entry)) continue;
      const { id: from, data } = entry;
      for (const { port, target } of linksOf(data)) {
        const to = target.id === undefined ? byName.get(String(target.name)) : byId.get(target.id);
        if (to !== undefined) broken.push({ from, port, to });
      }
    }
  }
  return broken;
}

/** Formats a broken link: `default:router links to default:hello (out[0])`, `default:web uses default:db`. */
export function describeBroken({ from, port, to }: BrokenLink): string {
  return port === undefined ? `${from} uses ${to}` : `${from} links to ${to} (${port})`;
}

/** Returns which entries the node of an entry uses: values, and those that its fields name. */
function usesOf(entry: Entry, data: readonly Entry[], scheme: Scheme<Kind>): BrokenLink[] {
  const { spec } = entryToSpec(entry);
  const { values } = namedIn(spec, scheme);
  const named = namesInFields(spec.kind, spec.fields, scheme);
  return data.filter(({ id, kind, meta }) =>
    kind === VALUE_KIND
      ? values.has(id.name) || typeof meta.id === "string" && values.has(meta.id)
      : named.has(`${kind} ${id.name}`)
  ).map(({ id }) => ({ from: entry.id, to: id }));
}

/** Returns what the fields of a node, and of those inside it, name: the kind and the name of each entry. */
function namesInFields(
  kindName: string,
  fields: ValueMap,
  scheme: Scheme<Kind>,
  found = new Set<string>(),
): Set<string> {
  const kind = scheme.get(kindName);
  if (kind === undefined) return found;
  for (const { field, kind: of } of kind.references ?? []) {
    if (typeof fields[field] === "string") found.add(`${of} ${fields[field]}`);
  }
  if (kind.uses !== undefined && typeof fields.use === "string") found.add(`${kind.uses} ${fields.use}`);
  const nested = kind.nested === undefined ? undefined : fields[kind.nested];
  for (const item of isList(nested) ? nested : []) {
    if (isMap(item) && typeof item.kind === "string") namesInFields(item.kind, item, scheme, found);
  }
  return found;
}

function linksOf(data: Value): { port: string; target: ValueMap }[] {
  if (!isMap(data) || !isMap(data.links)) return [];
  return Object.entries(data.links).flatMap(([port, targets]) =>
    isList(targets) ? targets.filter(isMap).map((target) => ({ port, target })) : []
  );
}
