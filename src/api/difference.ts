import type { Entry, Operation } from "../registry/mod.ts";
import { entryToMap, shownEntry } from "../runtime/stored/mod.ts";
import { type Path, showPath } from "../spec/mod.ts";
import { equal, isList, isMap, type Value, type ValueMap } from "../value/mod.ts";

/** A change of a field. `from` is absent if the field was added, `to` if it was removed. */
export interface FieldChange {
  /** The path of the field: `routes[0].path`. */
  path: string;
  /** The value before. */
  from?: Value;
  /** The value after. */
  to?: Value;
}

/** An operation, as printed by commands. */
export interface OperationReport {
  /** What is done. */
  operation: Operation["kind"];
  /** `namespace:name` */
  id: string;
  /** The kind of the spec. */
  kind: string;
  /** The spec that was deleted. */
  from?: Value;
  /** The spec that was created. */
  to?: Value;
  /** The changed fields of an update. */
  changes?: FieldChange[];
}

/** Converts operations for printing. */
export function reportOperations(operations: readonly Operation[]): OperationReport[] {
  return operations.map((operation) => {
    const { kind, id } = operation;
    if (operation.kind === "delete") {
      return { operation: kind, id: id.text, kind: operation.original.kind, from: shown(operation.original) };
    }
    const { entry } = operation;
    return operation.kind === "create" ? { operation: kind, id: id.text, kind: entry.kind, to: shown(entry) } : {
      operation: kind,
      id: id.text,
      kind: entry.kind,
      changes: differences(shown(operation.original), shown(entry)),
    };
  });
}

function shown(entry: Entry): ValueMap {
  return entryToMap(shownEntry(entry));
}

/** Returns the smallest differences between two values, in the order of the new one. */
export function differences(from: Value | undefined, to: Value | undefined, path: Path = []): FieldChange[] {
  if (from !== undefined && to !== undefined) {
    if (equal(from, to)) return [];
    if (isMap(from) && isMap(to)) return differencesOfMaps(from, to, path);
    if (isList(from) && isList(to)) return differencesOfLists(from, to, path);
  }
  return [{ path: showPath(path), ...from !== undefined && { from }, ...to !== undefined && { to } }];
}

function differencesOfMaps(from: ValueMap, to: ValueMap, path: Path): FieldChange[] {
  const keys = new Set([...Object.keys(to), ...Object.keys(from)]);
  return [...keys].flatMap((key) => differences(own(from, key), own(to, key), [...path, key]));
}

function own(map: ValueMap, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Skips equal items at both ends and compares the others one by one. */
function differencesOfLists(from: readonly Value[], to: readonly Value[], path: Path): FieldChange[] {
  const shorter = Math.min(from.length, to.length);
  let start = 0;
  while (start < shorter && equal(from[start], to[start])) start++;
  let end = 0;
  while (end < shorter - start && equal(from[from.length - 1 - end], to[to.length - 1 - end])) end++;
  const changes: FieldChange[] = [];
  for (let index = start; index < Math.max(from.length, to.length) - end; index++) {
    const old = index < from.length - end ? from[index] : undefined;
    const now = index < to.length - end ? to[index] : undefined;
    changes.push(...differences(old, now, [...path, index]));
  }
  return changes;
}
