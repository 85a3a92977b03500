import type { ASTNode, Environment } from "cel-js";
import type { Diagnostic } from "../../spec/model/mod.ts";
import type { Value, ValueMap } from "../../value/mod.ts";
import { codeError, diagnose } from "../code_error.ts";
import type { CodeFailure } from "../language.ts";
import { makeEnvironment } from "./environment.ts";
import { Expression } from "./expression.ts";
import { eachExpression } from "./tree.ts";

const VARIABLE = "env";
/** The maximum length of the expression of a template, in characters. */
const LONGEST = 4096;
const LIMITS = { nodes: 1000, depth: 50, result: 64 * 1024 };
/** The environments by their variable, each made when its first expression is parsed: that takes 25 ms. */
const environments = new Map<string, Environment>();

/**
 * Functions that a template may call. The host evaluates it without a time limit, so it must not loop (`map`, `exists`),
 * run a regular expression (`matches`), or let repeated calls multiply the size of a value (`join`, `bind`).
 */
export const ALLOWED: ReadonlySet<string> = new Set(
  ("has size string int uint double bool bytes dyn type timestamp duration contains startsWith endsWith indexOf " +
    "lastIndexOf charAt substring trim lowerAscii upperAscii replace split greatest least ceil floor round trunc abs")
    .split(" "),
);

/** Returns the errors in the expression of a template that can be found without the variables. */
export function checkTemplateExpression(expression: string): Diagnostic[] {
  return diagnose(() => parse(expression));
}

/**
 * Evaluates the expression of a template: a safe subset of CEL over `env`.
 *
 * @throws {CodeFailure} If the expression is invalid, or reads a variable that is not set.
 *
 * @example
 * ```ts
 * evaluateTemplate("int(env.PORT) + 1", { PORT: "8000" }); // 8001
 * ```
 */
export function evaluateTemplate(expression: string, env: ValueMap): Value {
  const parsed = parse(expression);
  try {
    return parsed.evaluate(env);
  } catch (thrown) {
    const error = thrown as CodeFailure;
    const name = error.code === "no_such_key" ? variableAt(parsed.tree, error.offset) : undefined;
    if (name === undefined) throw error;
    throw codeError(`the variable ${name} is not set`, error.offset, `set it with \`--env ${name}=...\``);
  }
}

/** The variable of an expression over a payload. */
const PAYLOAD = "self";

/**
 * Compiles an expression over a payload, `self`, that the host evaluates itself: in the same safe subset of CEL as templates.
 *
 * @returns Evaluates it. @throws {CodeFailure} If that fails.
 * @throws {CodeFailure} If the expression is invalid.
 */
export function compileHostExpression(expression: string): (payload: Value) => Value {
  const parsed = parse(expression, PAYLOAD);
  return (payload) => parsed.evaluate(payload);
}

function parse(expression: string, variable: string = VARIABLE): Expression {
  const what = variable === VARIABLE ? "a template" : "an expression of the host";
  if (expression.length > LONGEST) throw codeError(`${what} cannot exceed ${LONGEST} characters`);
  let environment = environments.get(variable);
  if (environment === undefined) environments.set(variable, environment = makeEnvironment(variable, LIMITS));
  const parsed = Expression.parse(environment, variable, expression);
  eachExpression(parsed.tree, (node) => {
    if (node.op !== "call" && node.op !== "rcall") return;
    const [name] = node.args;
    if (ALLOWED.has(name)) return;
    const offset = node.op === "call" ? node.start : expression.indexOf(name, node.args[1].end);
    throw codeError(`${what} cannot call ${name}`, offset, "use a snippet instead");
  });
  return parsed;
}

/** Returns the name of the variable that is read at an offset of the expression. */
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
