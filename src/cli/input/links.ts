import type { Id, Operation, State } from "../../registry/mod.ts";
import { isList, isMap, type Value, type ValueMap } from "../../value/mod.ts";

/** A link of a spec that stays to one that goes. */
export interface BrokenLink {
  from: Id;
  port: string;
  to: Id;
}

/** The links that operations would leave without what they lead to. @param before What the operations are made on. */
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

/** One line: `default:router links to default:hello (out[0])`. */
export function describeBroken({ from, port, to }: BrokenLink): string {
  return `${from} links to ${to} (${port})`;
}

function linksOf(data: Value): { port: string; target: ValueMap }[] {
  if (!isMap(data) || !isMap(data.links)) return [];
  return Object.entries(data.links).flatMap(([port, targets]) =>
    isList(targets) ? targets.filter(isMap).map((target) => ({ port, target })) : []
  );
}
