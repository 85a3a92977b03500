import type { Environment } from "cel-js";
import { Duration, UnsignedInt } from "cel-js/evaluator";
import { failure } from "../../value/mod.ts";
import { showTimestamp } from "./conversions.ts";
import { define, limitSize } from "./define.ts";

// Captured here because an executor deletes the web's globals before it runs user code.
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Registers `format` of cel-go's strings extension: `"%s is %.2f".format(["pi", 3.14159])`. */
export function registerFormat(environment: Environment, largest: number): void {
  define(environment, "string.format(list): string", (text: string, items: unknown[]) => {
    let used = 0;
    const formatted = text.replace(/%(?:%|(?:\.(\d+))?([a-zA-Z])|.?)/g, (mark, digits?: string, clause?: string) => {
      if (mark === "%%") return "%";
      if (clause === undefined) invalid(`format: invalid clause ${JSON.stringify(mark)}`);
      if (used >= items.length) invalid(`format: missing item for clause ${used + 1}`);
      const precision = digits === undefined ? 6 : Number(digits);
      if (precision > 100) invalid(`format: invalid precision ${precision}: expected at most 100`);
      return clauseOf(clause, precision, items[used++]);
    });
    limitSize(formatted.length, largest, "format");
    return formatted;
  });
}

function clauseOf(clause: string, precision: number, value: unknown): string {
  switch (clause) {
    case "s":
      return show(value);
    case "d":
      return isWhole(value) || isUnending(value) ? show(value) : mismatch(clause, value);
    case "b":
      return typeof value === "boolean"
        ? String(Number(value))
        : isWhole(value)
        ? inBase(value, 2)
        : mismatch(clause, value);
    case "o":
      return isWhole(value) ? inBase(value, 8) : mismatch(clause, value);
    case "x":
      return hex(value) ?? mismatch(clause, value);
    case "X":
      return hex(value)?.toUpperCase() ?? mismatch(clause, value);
    case "f":
    case "e": {
      const number = isWhole(value) ? Number(value) : value;
      if (typeof number !== "number") return mismatch(clause, value);
      if (!Number.isFinite(number)) return show(number);
      if (clause === "f") return fixed(number, precision);
      return number.toExponential(precision).replace(/e([+-])(\d)$/, "e$10$2");
    }
    default:
      return invalid(`format: unknown clause %${clause}`);
  }
}

/** As `toFixed`, but halves are rounded to the nearest even digit, as Go does. */
function fixed(number: number, precision: number): string {
  if (precision > 22) return number.toFixed(precision);
  const text = number.toFixed(precision);
  // Exact for the numbers that have an exact half at all: those with few fractional digits.
  const half = 0.5 / 10 ** precision;
  const isHalf = number.toFixed(100).replace(/0+$/, "").endsWith("5") &&
    Math.abs(Math.abs(number) - Math.abs(Number(text))) === half;
  if (!isHalf || Number(text.at(-1)) % 2 === 0) return text;
  return (number - Math.sign(number) * half).toFixed(precision);
}

function isWhole(value: unknown): value is bigint | number | UnsignedInt {
  return typeof value === "bigint" || value instanceof UnsignedInt || Number.isInteger(value);
}

function isUnending(value: unknown): boolean {
  return typeof value === "number" && !Number.isFinite(value);
}

function inBase(value: bigint | number | UnsignedInt, base: number): string {
  return (value.valueOf() as bigint | number).toString(base);
}

function hex(value: unknown): string | undefined {
  if (isWhole(value)) return inBase(value, 16);
  if (typeof value === "string") return encoder.encode(value).toHex();
  return value instanceof Uint8Array ? new Uint8Array(value).toHex() : undefined;
}

function show(value: unknown): string {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : showInfinite(value);
  if (value === null || typeof value !== "object") return String(value);
  if (value instanceof Uint8Array) return decoder.decode(value);
  if (value instanceof Date) return showTimestamp(value);
  if (value instanceof Duration || value instanceof UnsignedInt) return value.toString();
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  const type = /^Type<(.*)>$/.exec(String(value))?.[1];
  if (type !== undefined) return type === "null" ? "null_type" : type;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return `{${entries.map(([key, item]) => `${show(key)}: ${show(item)}`).sort().join(", ")}}`;
}

function showInfinite(value: number): string {
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

function mismatch(clause: string, value: unknown): never {
  return invalid(`format: invalid item ${JSON.stringify(show(value).slice(0, 100))} for %${clause}`);
}

function invalid(message: string): never {
  throw failure(message, { code: "invalid_argument" });
}
