import type { Id, Operation, State } from "../registry/mod.ts";
import { isNode } from "../runtime/stored/mod.ts";
import { isList, isMap, type Value, type ValueMap } from "../value/mod.ts";

/** A link of a remaining spec to a deleted one. */
export interface BrokenLink {
  /** The spec that remains. */
  from: Id;
  /** Its out port. */
  port: string;
  /** The spec that is deleted. */
  to: Id;
}

/**
 * Finds the links that operations would break.
 *
 * @param before The state that the operations apply to.
 */
export function brokenLinks(before: State, operations: readonly Operation[]): BrokenLink[] {
  const after = before.apply(operations);
  const gone = operations.flatMap((operation) =>
    operation.kind === "delete" && isNode(operation.original) && after.get(operation.id) === undefined
      ? [operation.original]
      : []
  );
  const broken: BrokenLink[] = [];
  for (const [namespace, entries] of Map.groupBy(gone, ({ id }) => id.namespace)) {
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

/** Formats a broken link: `default:router links to default:hello (out[0])`. */
export function describeBroken({ from, port, to }: BrokenLink): string {
  return `${from} links to ${to} (${port})`;
}

function linksOf(data: Value): { port: string; target: ValueMap }[] {
  if (!isMap(data) || !isMap(data.links)) return [];
  return Object.entries(data.links).flatMap(([port, targets]) =>
    isList(targets) ? targets.filter(isMap).map((target) => ({ port, target })) : []
  );
}
