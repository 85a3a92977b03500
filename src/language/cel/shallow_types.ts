import type { Evaluator, Library, Type } from "./library.ts";

/** Number of levels of a value that its type describes. */
const LEVELS = 2;

/**
 * Limits the types that an environment derives from values to two levels. The library caches every type for good, so
 * values nested in ever new ways would fill the memory.
 */
export function keepTypesShallow({ evaluator }: Library): void {
  evaluator.debugTypeDeep = (value) => typeOf(evaluator, value, LEVELS);
}

function typeOf(evaluator: Evaluator, value: unknown, levels: number): Type {
  const type = evaluator.debugType(value);
  if (levels === 0) return type;
  const { registry } = evaluator;
  if (type.kind === "list") {
    const [first] = value as unknown[];
    return first === undefined ? type : registry.getListType(typeOf(evaluator, first, levels - 1));
  }
  if (type.kind === "map") {
    const first = firstEntry(value as object);
    if (first === undefined) return type;
    return registry.getMapType(typeOf(evaluator, first[0], 0), typeOf(evaluator, first[1], levels - 1));
  }
  return type;
}

function firstEntry(map: object): [unknown, unknown] | undefined {
  if (map instanceof Map) return map.entries().next().value;
  for (const key in map) return [key, (map as Record<string, unknown>)[key]];
  return undefined;
}
