import type { Environment } from "cel-js";
import { type CodeFailure, defineLanguage } from "../language.ts";
import { PureProgram } from "../pure_program.ts";
import { makeEnvironment } from "./environment.ts";
import { Expression } from "./expression.ts";

const VARIABLE = "self";
/** Made when the first expression is parsed: it takes as long to make as an eighth of an executor's start. */
let environment: Environment | undefined;

/**
 * CEL, with the payload as `self`.
 *
 * @example
 * ```cel
 * has(self.body) && self.body.n > 1 ? {"status": 200, "body": self.body} : null
 * ```
 */
export const cel = defineLanguage(
  "cel",
  (code) => Expression.parse(environment ??= makeEnvironment(VARIABLE), VARIABLE, code),
  (expression) =>
    new PureProgram((argument) => {
      try {
        return expression.evaluate(argument);
      } catch (error) {
        return error as CodeFailure;
      }
    }),
);
