import type { Environment } from "cel-js";

/** The parts of the library's evaluator used here. */
interface Evaluator {
  debugType(value: unknown): Type;
  debugTypeDeep(value: unknown): Type;
  registry: { getListType(item: Type): Type; getMapType(key: Type, value: Type): Type };
}

interface Type {
  kind: string;
}

/** Number of levels of a value that its type describes. */
const LEVELS = 2;

/**
 * Limits the types that an environment derives from values to two levels. The library caches every type for good, so
 * values nested in ever new ways would fill the memory. To reach the evaluator this defines the operator
 * `int == double`.
 */
export function keepTypesShallow(environment: Environment): void {
  // The library passes the evaluator to operators.
  let evaluator: Evaluator | undefined;
  environment.registerOperator("int == double: bool", (a: unknown, b: unknown, ...[, by]: unknown[]) => {
    evaluator ??= by as Evaluator;
    return a == b;
  });
  environment.evaluate("1 == 1.0");
  if (evaluator === undefined) throw new Error("the CEL library no longer passes its evaluator to operators");
  const by = evaluator;
  by.debugTypeDeep = (value) => typeOf(by, value, LEVELS);
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
