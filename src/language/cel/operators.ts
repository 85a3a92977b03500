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
  const COMPARISONS: Record<string, (a: number, b: number) => boolean> = {
    "<": (a, b) => a < b,
    "<=": (a, b) => a <= b,
    ">": (a, b) => a > b,
    ">=": (a, b) => a >= b,
  };
  for (const [sign, compare] of Object.entries(COMPARISONS)) {
    const handler = (a: unknown, b: unknown) => compare(Number(a), Number(b));
    for (const [left, right] of [["int", "double"], ["double", "int"], ["uint", "double"], ["double", "uint"]]) {
      replaceOperator(library, sign, `${left} ${sign} ${right}: bool`, { handler });
    }
  }
}

function int(value: bigint): bigint {
  if (BigInt.asIntN(64, value) === value) return value;
  throw failure(`integer overflow: ${value}`, { code: "numeric_overflow" });
}
