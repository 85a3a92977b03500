import type { Value, ValueMap } from "../../value/mod.ts";

/** Returns the name that a spec inside another has if it is given none: `$0`, `$1`, ... No other spec can have it. */
export function defaultName(index: number): string {
  return `$${index}`;
}

/** Returns a nested spec without the name that it has anyway. */
export function withoutDefaultName(spec: ValueMap, index: number): ValueMap {
  if (spec.name !== defaultName(index)) return spec;
  const { name: _, ...rest } = spec as Record<string, Value>;
  return rest;
}
