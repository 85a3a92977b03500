import { type CodeFailure, defineLanguage } from "../language.ts";
import { PureProgram } from "../pure_program.ts";
import { makeEnvironment } from "./environment.ts";
import { Expression } from "./expression.ts";

const VARIABLE = "self";
const environment = makeEnvironment(VARIABLE);

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
  (code) => Expression.parse(environment, VARIABLE, code),
  (expression) =>
    new PureProgram((argument) => {
      try {
        return expression.evaluate(argument);
      } catch (error) {
        return error as CodeFailure;
      }
    }),
);
