import type { Value } from "../../value/mod.ts";
import type { CodeFailure, Language, LogLine, Program } from "../language.ts";
import { makeEnvironment } from "./environment.ts";
import { compileExpression, Expression } from "./expression.ts";

const VARIABLE = "self";
const environment = makeEnvironment(VARIABLE);

/**
 * CEL, the payload being `self`.
 *
 * @example
 * ```cel
 * has(self.body) && self.body.n > 1 ? {"status": 200, "body": self.body} : null
 * ```
 */
export const cel: Language = {
  name: "cel",

  check(code) {
    const parsed = Expression.parse(environment, VARIABLE, code);
    return parsed instanceof Expression ? [] : [parsed];
  },

  compile(code) {
    return new CelProgram(compileExpression(environment, VARIABLE, code));
  },
};

class CelProgram implements Program {
  readonly #expression: Expression;

  constructor(expression: Expression) {
    this.#expression = expression;
  }

  start(): void {}

  call(argument: Value): Value {
    try {
      return this.#expression.evaluate(argument);
    } catch (error) {
      return error as CodeFailure;
    }
  }

  takeLogs(): LogLine[] {
    return [];
  }

  release(): void {}
}
