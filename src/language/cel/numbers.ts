import type { Environment } from "cel-js";

/** Registers operators between doubles and ints. Numbers of payloads are doubles, literals such as `1` are ints. */
export function registerNumbers(environment: Environment): void {
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
}
