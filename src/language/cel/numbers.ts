import type { Environment } from "cel-js";

/** Operators between doubles and ints: every number that comes from outside is a double, every literal `1` an int. */
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
    // Number() takes an int (bigint), a uint (an object with valueOf) and a double.
    const mixed = (a: unknown, b: unknown) => operate(Number(a), Number(b));
    for (const [left, right] of MIXED) environment.registerOperator(`${left} ${sign} ${right}: double`, mixed);
  }
  environment.registerOperator("double % double: double", OPERATORS["%"]!);
}
