import type { Environment } from "cel-js";
import { type Duration, UnsignedInt } from "cel-js/evaluator";
import { failure } from "../../value/mod.ts";
import { define, defineNamespace } from "./define.ts";
import { type Library, replaceFunction } from "./library.ts";

// Captured here because an executor deletes the web's globals before it runs user code.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const TIMESTAMP = "google.protobuf.Timestamp";
const DURATION = "google.protobuf.Duration";

/** Registers conversions and comparisons of the CEL specification that the library lacks. */
export function registerConversions(environment: Environment): void {
  environment.registerFunction("int(uint): int", (value: UnsignedInt) => int(value.value), {
    async: false,
  });
  define(environment, `int(${TIMESTAMP}): int`, (time: Date) => BigInt(Math.floor(time.getTime() / 1000)));
  define(environment, `string(${TIMESTAMP}): string`, showTimestamp);
  define(environment, `timestamp(${TIMESTAMP}): ${TIMESTAMP}`, (time: Date) => time);
  define(environment, `string(${DURATION}): string`, (duration: Duration) => duration.toString());
  define(environment, `duration(${DURATION}): ${DURATION}`, (duration: Duration) => duration);

  const COMPARISONS: Record<string, (order: number) => boolean> = {
    "<": (order) => order < 0,
    "<=": (order) => order <= 0,
    ">": (order) => order > 0,
    ">=": (order) => order >= 0,
  };
  for (const [sign, holds] of Object.entries(COMPARISONS)) {
    environment.registerOperator(`bytes ${sign} bytes: bool`, (a: Uint8Array, b: Uint8Array) => holds(order(a, b)));
  }
}

/** Corrects conversions of the library: those from strings read what Go reads, and results out of range are errors. */
export function correctConversions(library: Library): void {
  replaceFunction(library, "int(double): int", (value: number) => {
    if (Math.abs(value) < 2 ** 63) return BigInt(Math.trunc(value));
    throw outOfRange("int", value);
  });
  replaceFunction(library, "int(string): int", (text: string) => {
    if (!/^[+-]?\d+$/.test(text)) throw invalid("int", text);
    return int(BigInt(text.replace("+", "")));
  });
  replaceFunction(library, "uint(int): uint", (value: bigint) => uint(value));
  replaceFunction(library, "uint(double): uint", (value: number) => {
    if (value >= 0 && value < 2 ** 64) return new UnsignedInt(BigInt(Math.trunc(value)));
    throw outOfRange("uint", value);
  });
  replaceFunction(library, "uint(string): uint", (text: string) => {
    if (!/^\d+$/.test(text)) throw invalid("uint", text);
    return uint(BigInt(text));
  });
  replaceFunction(library, "double(string): double", (text: string) => {
    if (/^[+-]?(?:inf|infinity)$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
    if (/^nan$/i.test(text)) return NaN;
    if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) throw invalid("double", text);
    const value = Number(text);
    if (Number.isFinite(value)) return value;
    throw outOfRange("double", text);
  });
  replaceFunction(library, "bool(string): bool", (text: string) => {
    if (/^(?:1|t|T|true|TRUE|True)$/.test(text)) return true;
    if (/^(?:0|f|F|false|FALSE|False)$/.test(text)) return false;
    throw invalid("bool", text);
  });
  replaceFunction(library, "string(bytes): string", (bytes: Uint8Array) => {
    try {
      return decoder.decode(bytes);
    } catch {
      throw failure("string: invalid UTF-8 in bytes", { code: "invalid_argument" });
    }
  });
}

function int(value: bigint): bigint {
  if (BigInt.asIntN(64, value) === value) return value;
  throw outOfRange("int", value);
}

function uint(value: bigint): UnsignedInt {
  if (BigInt.asUintN(64, value) === value) return new UnsignedInt(value);
  throw outOfRange("uint", value);
}

function invalid(type: string, text: string): Error {
  return failure(`invalid ${type} ${JSON.stringify(text.slice(0, 100))}`, { code: "invalid_argument" });
}

function outOfRange(type: string, value: unknown): Error {
  return failure(`${String(value).slice(0, 100)} is out of the range of ${type}`, { code: "numeric_overflow" });
}

/** Registers the functions of cel-go's encoders extension. */
export function registerEncoders(environment: Environment): void {
  const add = defineNamespace(environment, "base64");

  add("encode(bytes): string", (bytes: Uint8Array) => new Uint8Array(bytes).toBase64());
  add("decode(string): bytes", (text: string) => {
    try {
      return Uint8Array.fromBase64(text);
    } catch {
      throw failure("base64.decode: invalid base64", { code: "invalid_argument" });
    }
  });
}

/** Formats a time as RFC 3339, without a fraction of zero. */
export function showTimestamp(time: Date): string {
  return time.toISOString().replace(".000Z", "Z");
}

function order(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length - b.length : at >= b.length ? 1 : a[at]! - b[at]!;
}
