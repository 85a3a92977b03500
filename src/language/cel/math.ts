import type { Environment } from "cel-js";
import { UnsignedInt } from "cel-js/evaluator";
import { failure } from "../../value/mod.ts";
import { defineNamespace, type Handler, whole } from "./define.ts";

type Numeric = bigint | number;

/** Registers the functions of cel-go's math extension. */
export function registerMath(environment: Environment): void {
  const add = defineNamespace(environment, "math");
  const greatest = (...numbers: Numeric[]) => numbers.reduce((a, b) => (b > a ? b : a));
  const least = (...numbers: Numeric[]) => numbers.reduce((a, b) => (b < a ? b : a));
  for (const [name, pick] of Object.entries({ greatest, least })) {
    const pickNumbers = (...numbers: unknown[]) => pick(...numbers.map((value) => numeric(value, `math.${name}`)));
    add(`${name}(dyn): dyn`, (one: unknown) => pickNumbers(...(Array.isArray(one) && one.length > 0 ? one : [one])));
    for (let count = 2; count <= 8; count++) add(`${name}(${Array(count).fill("dyn").join(", ")}): dyn`, pickNumbers);
  }

  const ROUNDINGS = {
    ceil: Math.ceil,
    floor: Math.floor,
    trunc: Math.trunc,
    // rounds halves away from zero
    round: (value: number) => Math.sign(value) * Math.round(Math.abs(value)),
  };
  for (const [name, round] of Object.entries(ROUNDINGS)) {
    add(`${name}(double): double`, round);
  }
  const abs = (value: Numeric) => typeof value === "number" ? Math.abs(value) : int(value < 0n ? -value : value);
  const sign = (value: Numeric | UnsignedInt) => Math.sign(Number(value));
  add("abs(int): dyn", abs);
  add("abs(uint): uint", (value: UnsignedInt) => value);
  add("sign(int): dyn", (value: Numeric) => typeof value === "number" ? sign(value) : BigInt(sign(value)));
  add("sign(uint): uint", (value: UnsignedInt) => new UnsignedInt(sign(value)));
  add("sqrt(int): double", (value: Numeric) => Math.sqrt(Number(value)));
  add("isNaN(double): bool", Number.isNaN);
  add("isInf(double): bool", (value: number) => Math.abs(value) === Infinity);
  add("isFinite(double): bool", Number.isFinite);
  registerBits(add);
}

/** Registers operators between doubles and ints. Numbers of payloads are doubles, literals such as `1` are ints. */
export function registerMixedOperators(environment: Environment): void {
  const MIXED = [["int", "double"], ["double", "int"], ["uint", "double"], ["double", "uint"]] as const;
  const OPERATORS: Record<string, (a: number, b: number) => number> = {
    "+": (a, b) => a + b,
    "-": (a, b) => a - b,
    "*": (a, b) => a * b,
    "/": (a, b) => a / b,
    "%": (a, b) => a % b,
  };
  for (const [sign, operate] of Object.entries(OPERATORS)) {
    // Number() converts ints (bigint), uints (objects with valueOf) and doubles.
    const mixed = (a: unknown, b: unknown) => operate(Number(a), Number(b));
    for (const [left, right] of MIXED) environment.registerOperator(`${left} ${sign} ${right}: double`, mixed);
  }
  environment.registerOperator("double % double: double", OPERATORS["%"]!);
  // The library has these for values of type dyn only.
  environment.registerOperator("int == uint: bool", (a: bigint, b: UnsignedInt) => a === b.value);
  environment.registerOperator("uint == double: bool", (a: UnsignedInt, b: number) => a.value == b as unknown);
}

/** Registers operations on the 64 bits of ints and uints. */
function registerBits(add: (signature: string, handler: Handler) => void): void {
  const OPERATIONS: Record<string, (a: bigint, b: bigint) => bigint> = {
    bitAnd: (a, b) => a & b,
    bitOr: (a, b) => a | b,
    bitXor: (a, b) => a ^ b,
    bitNot: (a) => ~a,
    bitShiftLeft: (a, by) => by >= 64n ? 0n : a << shift(by),
    bitShiftRight: (a, by) => by >= 64n ? 0n : BigInt.asUintN(64, a) >> shift(by),
  };
  const bitsOf = (value: unknown): bigint =>
    value instanceof UnsignedInt ? value.value : BigInt(whole(value as Numeric, "operand"));
  for (const [name, operate] of Object.entries(OPERATIONS)) {
    const parameters = (type: string): string =>
      name === "bitNot" ? type : `${type}, ${name.startsWith("bitShift") ? "int" : type}`;
    add(`${name}(${parameters("int")}): int`, (a: unknown, b: unknown = 0n) => {
      return BigInt.asIntN(64, operate(bitsOf(a), bitsOf(b)));
    });
    add(`${name}(${parameters("uint")}): uint`, (a: unknown, b: unknown = 0n) => {
      return new UnsignedInt(BigInt.asUintN(64, operate(bitsOf(a), bitsOf(b))));
    });
  }
}

function numeric(value: unknown, what: string): Numeric {
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (value instanceof UnsignedInt) return value.value;
  throw failure(`${what}: expected a number`, { code: "no_matching_overload" });
}

function int(value: bigint): bigint {
  if (BigInt.asIntN(64, value) === value) return value;
  throw failure(`integer overflow: ${value}`, { code: "numeric_overflow" });
}

function shift(by: bigint): bigint {
  if (by >= 0n) return by;
  throw failure(`invalid shift ${by}: expected a positive number of bits`, { code: "invalid_argument" });
}
