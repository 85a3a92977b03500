import type { ASTNode } from "cel-js";
import { failure } from "../../value/mod.ts";
import { celEqual } from "./equality.ts";
import { type Library, replaceOperator } from "./library.ts";

/** Corrects operators of the library. */
export function correctOperators(library: Library): void {
  const { registry } = library;
  replaceOperator(library, "-_", "-_int: int", { handler: (value: bigint) => int(-value) });
  replaceOperator(library, "/", "int / int: int", {
    handler: (a: bigint, b: bigint, node: ASTNode) => {
      if (b === 0n) throw library.evaluator.createError("division_by_zero", "division by zero", node);
      return int(a / b);
    },
  });

  // Lists and maps of any items can be compared, with numbers by value.
  const list = registry.getType("list");
  const map = registry.getType("map");
  for (const [name, type] of [["list<V>", list], ["map<K, V>", map]] as const) {
    const shape = { leftType: type, rightType: type, hasPlaceholderType: false };
    replaceOperator(library, "==", `${name} == ${name}: bool`, { ...shape, handler: celEqual });
    const differ = (a: unknown, b: unknown) => !celEqual(a, b);
    replaceOperator(library, "!=", `${name} != ${name}: bool`, { ...shape, handler: differ });
  }
  const includes = (item: unknown, items: unknown[]) => items.some((other) => item === other || celEqual(item, other));
  replaceOperator(library, "in", "V in list<V>: bool", { handler: includes });

  // As in cel-go, an int and a double are compared as doubles.
  for (const [sign, [withLeft, withRight]] of Object.entries(COMPARISONS)) {
    for (const integer of ["int", "uint"]) {
      replaceOperator(library, sign, `${integer} ${sign} double: bool`, { handler: withLeft });
      replaceOperator(library, sign, `double ${sign} ${integer}: bool`, { handler: withRight });
    }
  }
}

type Compare<A, B> = (a: A, b: B) => boolean;

/** Comparisons of an integer at the left or at the right with a double. */
const COMPARISONS: Record<string, [withLeft: Compare<unknown, number>, withRight: Compare<number, unknown>]> = {
  "<": [(a, b) => Number(a) < b, (a, b) => a < Number(b)],
  "<=": [(a, b) => Number(a) <= b, (a, b) => a <= Number(b)],
  ">": [(a, b) => Number(a) > b, (a, b) => a > Number(b)],
  ">=": [(a, b) => Number(a) >= b, (a, b) => a >= Number(b)],
};

function int(value: bigint): bigint {
  if (BigInt.asIntN(64, value) === value) return value;
  throw failure(`integer overflow: ${value}`, { code: "numeric_overflow" });
}
