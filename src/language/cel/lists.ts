import type { Environment } from "cel-js";
import { UnsignedInt } from "cel-js/evaluator";
import { failure } from "../../value/mod.ts";
import { define, defineNamespace, limitSize, within } from "./define.ts";
import { celEqual } from "./equality.ts";

/** Registers the functions of cel-go's lists extension. */
export function registerLists(environment: Environment, largest: number): void {
  defineNamespace(environment, "lists")("range(int): list<int>", (end: bigint | number) => {
    return Array.from({ length: within(end, largest, "end of lists.range") }, (_, i) => BigInt(i));
  });
  define(
    environment,
    "list.slice(int, int): list<dyn>",
    (list: unknown[], start: bigint | number, end: bigint | number) => {
      const to = within(end, list.length, "end of slice");
      return list.slice(within(start, to, "start of slice"), to);
    },
  );
  const flatten = (list: unknown[], depth: number): unknown[] => {
    const flat = list.flat(depth);
    limitSize(flat.length, largest, "flatten");
    return flat;
  };
  define(environment, "list.flatten(): list<dyn>", (list: unknown[]) => flatten(list, 1));
  define(environment, "list.flatten(int): list<dyn>", (list: unknown[], depth: bigint | number) => {
    return flatten(list, within(depth, 100, "depth of flatten"));
  });
  define(environment, "list.reverse(): list<dyn>", (list: unknown[]) => list.toReversed());
  define(environment, "list.distinct(): list<dyn>", distinct);
  define(environment, "list.sort(): list<dyn>", (list: unknown[]) => list.toSorted(compare));
}

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

/** Removes duplicates: of strings, the usual case, by a set, of other values by comparing each with those kept. */
function distinct(list: unknown[]): unknown[] {
  const strings = new Set<unknown>();
  const others: unknown[] = [];
  return list.filter((item) => {
    if (typeof item === "string" ? strings.has(item) : others.some((kept) => celEqual(kept, item))) return false;
    if (typeof item === "string") strings.add(item);
    else others.push(item);
    return true;
  });
}

function compare(a: unknown, b: unknown): number {
  const left = comparable(a);
  const right = comparable(b);
  if ((typeof left === "string") !== (typeof right === "string")) throw notComparable();
  return left < right ? -1 : left > right ? 1 : 0;
}

function comparable(value: unknown): string | number | bigint {
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value === "boolean") return Number(value);
  if (value instanceof Date) return value.getTime();
  if (value instanceof UnsignedInt) return value.value;
  throw notComparable();
}

function notComparable(): Error {
  const message = "sort: expected only strings, only numbers, only booleans or only timestamps";
  return failure(message, { code: "no_matching_overload" });
}
