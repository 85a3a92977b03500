import type { Environment } from "cel-js";
import { defineNamespace } from "./define.ts";
import { celEqual } from "./equality.ts";

/** Registers the functions of cel-go's sets extension, which compare lists regardless of order. */
export function registerSets(environment: Environment): void {
  const contains = (list: unknown[], part: unknown[]) =>
    part.every((item) => list.some((other) => celEqual(item, other)));
  const add = defineNamespace(environment, "sets");

  add("contains(list, list): bool", contains);
  add("equivalent(list, list): bool", (a: unknown[], b: unknown[]) => contains(a, b) && contains(b, a));
  add("intersects(list, list): bool", (a: unknown[], b: unknown[]) => {
    return a.some((item) => b.some((other) => celEqual(item, other)));
  });
}
