import type { ASTNode, Environment } from "cel-js";
import { type CodeFailure, defineLanguage } from "../language.ts";
import type { EnvRead } from "../parsed_code.ts";
import { PureProgram } from "../pure_program.ts";
import { makeEnvironment } from "./environment.ts";
import { Expression } from "./expression.ts";
import { eachExpression } from "./tree.ts";

const VARIABLES = ["self"];
/** The variables of an expression of a node that has bound names. */
const BOUND_VARIABLES = [...VARIABLES, "env"];
/** Made when the first expression is parsed: it takes as long to make as an eighth of an executor's start. */
const environments = new Map<readonly string[], Environment>();

/**
 * CEL, with the payload as `self`, and what is bound as `env`.
 *
 * @example
 * ```cel
 * has(self.body) && self.body.n > 1 ? {"status": 200, "body": self.body} : null
 * ```
 */
export const cel = defineLanguage(
  "cel",
  parse,
  (expression, _, { env }) => {
    const others = env && { env };
    return new PureProgram((argument) => {
      try {
        return expression.evaluate(argument, others);
      } catch (error) {
        return error as CodeFailure;
      }
    });
  },
);

function parse(code: string): Expression {
  // most code does not name it, and each environment takes 25 ms to make
  const variables = /\benv\b/.test(code) ? BOUND_VARIABLES : VARIABLES;
  let environment = environments.get(variables);
  if (environment === undefined) environments.set(variables, environment = makeEnvironment(variables));
  return Expression.parse(environment, variables, code);
}

/** Returns where an expression reads `env`. What `has` asks for may be missing. */
export function envReadsOf(code: string): EnvRead[] {
  const reads: EnvRead[] = [];
  let isDeclared = false;
  if (!/\benv\b/.test(code)) return reads;
  const { tree } = parse(code);
  const named = new Map<ASTNode, string>();
  const asked = new Set<ASTNode>();
  eachExpression(tree, (node) => {
    // a macro that has a variable of that name
    if (node.op === "rcall" && node.args[2][0]?.op === "id" && node.args[2][0].args === "env") isDeclared = true;
    if (node.op === "call" && node.args[0] === "has") { for (const argument of node.args[1]) asked.add(argument); }
    if (node.op === "." || node.op === ".?" || node.op === "[]" || node.op === "[?]") {
      const [holder, key] = node.args;
      const name = typeof key === "string" ? key : key.op === "value" ? String(key.args) : undefined;
      const isOptional = asked.has(node) || node.op === ".?" || node.op === "[?]";
      if (holder.op === "id" && name !== undefined && !isOptional) named.set(holder, name);
    }
    if (node.op !== "id" || node.args !== "env") return;
    const name = named.get(node);
    reads.push({ offset: node.start, ...name !== undefined && { name } });
  });
  return isDeclared ? [] : reads;
}
