import type { ASTNode } from "cel-js";
import type { Value, ValueMap } from "../../value/mod.ts";
import { badCode } from "../code_failure.ts";
import type { Diagnostic } from "../../spec/model/mod.ts";
import type { CodeFailure } from "../language.ts";
import { makeEnvironment } from "./environment.ts";
import { Expression } from "./expression.ts";
import { eachExpression } from "./tree.ts";

const VARIABLE = "env";
const LONGEST = 4096;
const environment = makeEnvironment(VARIABLE, { nodes: 1000, depth: 50, result: 64 * 1024 });

/**
 * What a template may call. The host evaluates it under no time limit, so nothing may repeat (`map`, `exists`), run a
 * regular expression (`matches`), or make more of what it is given when it is called again and again (`join`, `bind`).
 */
const ALLOWED = new Set(
  ("has size string int uint double bool bytes dyn type timestamp duration contains startsWith endsWith indexOf " +
    "lastIndexOf charAt substring trim lowerAscii upperAscii replace split greatest least ceil floor round trunc abs")
    .split(" "),
);

/** What is wrong with the expression of a template, as far as can be seen without the variables. */
export function checkTemplateExpression(expression: string): Diagnostic[] {
  const parsed = parse(expression);
  return parsed instanceof Expression ? [] : [parsed];
}

/**
 * Evaluates the expression of a template: CEL over `env`, without what could run away.
 *
 * @throws {CodeFailure} If the expression is wrong, or reads a variable that is not set.
 *
 * @example
 * ```ts
 * evaluateTemplate("int(env.PORT) + 1", { PORT: "8000" }); // 8001
 * ```
 */
export function evaluateTemplate(expression: string, env: ValueMap): Value {
  const parsed = parse(expression);
  if (!(parsed instanceof Expression)) throw badCode(parsed);
  try {
    return parsed.evaluate(env);
  } catch (thrown) {
    const error = thrown as CodeFailure;
    const name = error.code === "no_such_key" ? variableAt(parsed.tree, error.offset) : undefined;
    if (name === undefined) throw error;
    throw badCode({
      message: `the variable ${name} is not set`,
      hint: `\`--env ${name}=...\` sets it`,
      location: { offset: error.offset! },
    });
  }
}

function parse(expression: string): Expression | Diagnostic {
  if (expression.length > LONGEST) return { message: `a template is longer than ${LONGEST} characters` };
  const parsed = Expression.parse(environment, VARIABLE, expression);
  if (!(parsed instanceof Expression)) return parsed;
  let diagnostic: Diagnostic | undefined;
  eachExpression(parsed.tree, (node) => {
    if (node.op !== "call" && node.op !== "rcall") return;
    const [name] = node.args;
    if (ALLOWED.has(name)) return;
    diagnostic ??= {
      message: `a template cannot call ${name}`,
      hint: "a snippet can",
      location: { offset: node.op === "call" ? node.start : expression.indexOf(name, node.args[1].end) },
    };
  });
  return diagnostic ?? parsed;
}

/** The variable that is read at an offset of the expression. */
function variableAt(tree: ASTNode, offset: number | undefined): string | undefined {
  let name: string | undefined;
  eachExpression(tree, (node) => {
    if ((node.op !== "." && node.op !== "[]") || node.pos !== offset) return;
    const [holder, key] = node.args;
    if (holder.op !== "id" || holder.args !== VARIABLE) return;
    if (typeof key === "string") name = key;
    else if (key.op === "value") name = String(key.args);
  });
  return name;
}
