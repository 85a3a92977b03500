import type { ASTNode, Environment } from "cel-js";
import type { Diagnostic } from "../../spec/model/mod.ts";
import { isMap, nearest, type Value, type ValueMap } from "../../value/mod.ts";
import { codeError, diagnose } from "../code_error.ts";
import type { CodeFailure } from "../language.ts";
import { makeEnvironment } from "./environment.ts";
import { Expression } from "./expression.ts";
import { eachExpression } from "./tree.ts";

/** The variables of a template. */
const VARIABLES = ["env", "values"];
/** The variables of a template over the data of one value, `self`. */
const DATA_VARIABLES = [...VARIABLES, "self"];
/** The maximum length of the expression of a template, in characters. */
const LONGEST = 4096;
const LIMITS = { nodes: 1000, depth: 50, result: 64 * 1024 };
/** The environments by their variables, each made when its first expression is parsed: that takes 25 ms. */
const environments = new Map<readonly string[], Environment>();

/**
 * Functions that a template may call. The host evaluates it without a time limit, so it must not loop (`map`, `exists`),
 * run a regular expression (`matches`), or let repeated calls multiply the size of a value (`join`, `bind`).
 */
export const ALLOWED: ReadonlySet<string> = new Set(
  ("has size string int uint double bool bytes dyn type timestamp duration contains startsWith endsWith indexOf " +
    "lastIndexOf charAt substring trim lowerAscii upperAscii replace split greatest least ceil floor round trunc abs")
    .split(" "),
);

/**
 * Returns the errors in the expression of a template that can be found without the variables.
 *
 * @param hasData Whether it is about the data of a value. Default false.
 */
export function checkTemplateExpression(expression: string, hasData = false): Diagnostic[] {
  return diagnose(() => parse(expression, hasData ? DATA_VARIABLES : VARIABLES));
}

/** What a template sees beside the variables of whoever evaluates it. */
export interface TemplateVariables {
  /** Variables of `env` that stand before those of the same name. Default none. */
  readonly env?: ValueMap | undefined;
  /** The data of values by their names, as `values`. Default none. */
  readonly values?: ValueMap | undefined;
  /** The data of the value that the template is about, as `self`. Default: it is about none. */
  readonly data?: Value | undefined;
}

/**
 * Evaluates the expression of a template: a safe subset of CEL over `env` and `values`.
 *
 * @throws {CodeFailure} If the expression is invalid, or reads a variable that is not set.
 *
 * @example
 * ```ts
 * evaluateTemplate("int(env.PORT) + 1", { PORT: "8000" }); // 8001
 * ```
 */
export function evaluateTemplate(
  expression: string,
  env: ValueMap,
  { env: bound, values = {}, data }: TemplateVariables = {},
): Value {
  if (bound !== undefined) {
    // what throws when it is looked at is not looked at here
    const all = { ...Object.getOwnPropertyDescriptors(env), ...Object.getOwnPropertyDescriptors(bound) };
    env = Object.defineProperties({}, all);
  }
  const parsed = parse(expression, data === undefined ? VARIABLES : DATA_VARIABLES);
  try {
    return parsed.evaluate(env, data === undefined ? { values } : { values, self: data });
  } catch (thrown) {
    const error = thrown as CodeFailure;
    const path = error.code === "no_such_key" ? pathAt(parsed.tree, error.offset) : undefined;
    throw path === undefined ? error : missing(path, { env, values, self: data ?? null }, error);
  }
}

/** Returns the error of a path that leads nowhere. */
function missing(path: readonly string[], variables: ValueMap, error: CodeFailure): CodeFailure {
  const [name, ...holders] = path.toReversed();
  let holder: Value | undefined = variables;
  for (const key of holders.reverse()) holder = isMap(holder) && Object.hasOwn(holder, key) ? holder[key] : undefined;
  const meant = isMap(holder) ? nearest(name!, Object.keys(holder)) : undefined;
  const hint = meant === undefined ? undefined : `did you mean ${JSON.stringify(meant)}?`;
  if (path.length === 2 && path[0] === "env") {
    return codeError(`the variable ${name} is not set`, error.offset, hint ?? `set it with \`--env ${name}=...\``);
  }
  return hint === undefined ? error : codeError(error.message, error.offset, hint);
}

/** The variable of an expression over a payload. */
const PAYLOAD = ["self"];
/** The variables of one in a node that has bound names. */
const BOUND_PAYLOAD = [...PAYLOAD, "env"];

/**
 * Compiles an expression over a payload, `self`, that the host evaluates itself: in the same safe subset of CEL as templates.
 *
 * @param env What its node has bound, as `env`. Default: nothing, and `env` is not known.
 * @returns Evaluates it. @throws {CodeFailure} If that fails.
 * @throws {CodeFailure} If the expression is invalid.
 */
export function compileHostExpression(expression: string, env?: ValueMap): (payload: Value) => Value {
  const parsed = parse(expression, env === undefined ? PAYLOAD : BOUND_PAYLOAD);
  const others = env && { env };
  return (payload) => parsed.evaluate(payload, others);
}

function parse(expression: string, variables: readonly string[] = VARIABLES): Expression {
  const what = variables[0] === "self" ? "an expression of the host" : "a template";
  if (expression.length > LONGEST) throw codeError(`${what} cannot exceed ${LONGEST} characters`);
  let environment = environments.get(variables);
  if (environment === undefined) environments.set(variables, environment = makeEnvironment(variables, LIMITS));
  const parsed = Expression.parse(environment, variables, expression);
  eachExpression(parsed.tree, (node) => {
    if (node.op !== "call" && node.op !== "rcall") return;
    const [name] = node.args;
    if (ALLOWED.has(name)) return;
    const offset = node.op === "call" ? node.start : expression.indexOf(name, node.args[1].end);
    throw codeError(`${what} cannot call ${name}`, offset, "use a snippet instead");
  });
  return parsed;
}

/** Returns the names that lead to the field which is read at an offset of the expression, its variable first. */
function pathAt(tree: ASTNode, offset: number | undefined): string[] | undefined {
  let path: string[] | undefined;
  eachExpression(tree, (node) => {
    if ((node.op === "." || node.op === "[]") && node.pos === offset) path ??= pathOf(node);
  });
  return path;
}

function pathOf(node: ASTNode): string[] | undefined {
  if (node.op === "id") return [node.args];
  if (node.op !== "." && node.op !== "[]") return undefined;
  const [holder, key] = node.args;
  const name = typeof key === "string" ? key : key.op === "value" ? String(key.args) : undefined;
  const path = name === undefined ? undefined : pathOf(holder);
  return path === undefined ? undefined : [...path, name!];
}
