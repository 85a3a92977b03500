import type { ASTNode } from "cel-js";
import { failure } from "../../value/mod.ts";
import { limitSize } from "./define.ts";
import { celEqual } from "./equality.ts";
import { type Library, replaceOperator } from "./library.ts";

/** How many times as long as the result of a function the result of `+` may be: it joins values of payloads. */
const JOINED = 16;

/** Corrects operators of the library. @param largest Limits what a function returns, in characters or items. */
export function correctOperators(library: Library, largest: number): void {
  const { registry } = library;
  limitSums(library, largest);
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

/** Limits what `+` returns: doubled again and again, a value becomes larger than V8 can carry out in any function. */
function limitSums(library: Library, largest: number): void {
  type Sized = { readonly length: number };
  const sums = [["string", largest * JOINED], ["bytes", largest * JOINED], ["list<V>", largest]] as const;
  for (const [type, most] of sums) {
    const signature = `${type} + ${type}: ${type}`;
    const { handler } = library.registry.operatorCandidates("+").declarations.find((one) =>
      one.signature === signature
    )!;
    replaceOperator(library, "+", signature, {
      handler: (a: Sized, b: Sized, ...rest: unknown[]) => {
        limitSize(a.length + b.length, most, "+");
        return handler(a, b, ...rest);
      },
    });
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
