import type { Environment } from "cel-js";
import { UnsignedInt } from "cel-js/evaluator";
import { failure } from "../../value/mod.ts";
import { define, defineNamespace, limitSize, within } from "./define.ts";
import { celEqual } from "./equality.ts";

/** The functions of cel-go's lists extension. */
export function registerLists(environment: Environment, largest: number): void {
  defineNamespace(environment, "lists")("range(int): list<int>", (end: bigint | number) => {
    return Array.from({ length: within(end, largest, "the end of lists.range") }, (_, i) => BigInt(i));
  });
  define(
    environment,
    "list.slice(int, int): list<dyn>",
    (list: unknown[], start: bigint | number, end: bigint | number) => {
      const to = within(end, list.length, "the end of slice");
      return list.slice(within(start, to, "the start of slice"), to);
    },
  );
  const flatten = (list: unknown[], depth: number): unknown[] => {
    const flat = list.flat(depth);
    limitSize(flat.length, largest, "flatten");
    return flat;
  };
  define(environment, "list.flatten(): list<dyn>", (list: unknown[]) => flatten(list, 1));
  define(environment, "list.flatten(int): list<dyn>", (list: unknown[], depth: bigint | number) => {
    return flatten(list, within(depth, 100, "the depth of flatten"));
  });
  define(environment, "list.reverse(): list<dyn>", (list: unknown[]) => list.toReversed());
  define(environment, "list.distinct(): list<dyn>", distinct);
  define(environment, "list.sort(): list<dyn>", (list: unknown[]) => list.toSorted(compare));
}

/** Texts, the usual case, are told apart by a set; all else is compared with each that was kept. */
function distinct(list: unknown[]): unknown[] {
  const texts = new Set<unknown>();
  const others: unknown[] = [];
  return list.filter((item) => {
    if (typeof item === "string" ? texts.has(item) : others.some((kept) => celEqual(kept, item))) return false;
    if (typeof item === "string") texts.add(item);
    else others.push(item);
    return true;
  });
}

function compare(a: unknown, b: unknown): number {
  const left = comparable(a);
  const right = comparable(b);
  const numbers = typeof left !== "string" && typeof right !== "string";
  if (typeof left !== typeof right && !numbers) {
    throw failure("sort takes a list of texts, of numbers, of booleans or of timestamps", {
      code: "no_matching_overload",
    });
  }
  return left < right ? -1 : left > right ? 1 : 0;
}

function comparable(value: unknown): string | number | bigint {
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value === "boolean") return Number(value);
  if (value instanceof Date) return value.getTime();
  if (value instanceof UnsignedInt) return value.value;
  throw failure("sort takes a list of texts, of numbers, of booleans or of timestamps", {
    code: "no_matching_overload",
  });
}
