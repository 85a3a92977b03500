import type { Id, Operation, State } from "../registry/mod.ts";
import { isList, isMap, type Value, type ValueMap } from "../value/mod.ts";

/** A link of a remaining spec to a deleted one. */
export interface BrokenLink {
  from: Id;
  port: string;
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
    operation.kind === "delete" && after.get(operation.id) === undefined ? [operation.original] : []
  );
  const broken: BrokenLink[] = [];
  for (const [namespace, entries] of Map.groupBy(gone, ({ id }) => id.namespace)) {
    const byName = new Map(entries.map(({ id }) => [id.name, id]));
    const byId = new Map(entries.map(({ id, data }) => [isMap(data) ? data.id : undefined, id]));
    for (const { id: from, data } of after.namespace(namespace)) {
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
