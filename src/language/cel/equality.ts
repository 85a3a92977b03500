import { UnsignedInt } from "cel-js/evaluator";
import { isError } from "../../value/mod.ts";

/** Reports whether two values are equal in CEL: numbers of all types by value, lists and maps by their contents. */
export function celEqual(a: unknown, b: unknown): boolean {
  const left = numberOf(a);
  const right = numberOf(b);
  if (left !== undefined || right !== undefined) {
    return left !== undefined && right !== undefined && left == right;
  }
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => celEqual(item, b[i]));
  }
  if (a instanceof Date) return b instanceof Date && a.getTime() === b.getTime();
  if (a instanceof Uint8Array) {
    return b instanceof Uint8Array && a.length === b.length && a.every((byte, i) => byte === b[i]);
  }
  if (isError(a)) return isError(b) && a.message === b.message;
  if (Array.isArray(b) || b instanceof Date || b instanceof Uint8Array || isError(b)) return false;
  const entries = entriesOf(a);
  const others = new Map(entriesOf(b));
  return entries.length === others.size &&
    entries.every(([key, value]) => others.has(key) && celEqual(value, others.get(key)));
}

function entriesOf(map: object): [unknown, unknown][] {
  return map instanceof Map ? [...map] : Object.entries(map);
}

function numberOf(value: unknown): number | bigint | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  return value instanceof UnsignedInt ? value.value : undefined;
}
