import {
  type ASTNode,
  type Environment,
  EvaluationError,
  ParseError,
  type ParseResult,
  TypeError as CelTypeError,
} from "cel-js";
import { type Failure, failure, isError, type Value, type ValueMap } from "../../value/mod.ts";
import { CodeError, codeError } from "../code_error.ts";
import type { CodeFailure } from "../language.ts";
import { adapt } from "./adapt.ts";
import { toValue } from "./output.ts";
import { compileRegex } from "./regex.ts";
import { eachExpression } from "./tree.ts";

/** Maximum length in characters. */
const LONGEST = 64 * 1024;

/** Codes of the library's errors about a value that it does not support. */
const UNKNOWN_FORM = new Set([
  "unsupported_type",
  "field_type_mismatch",
  "list_item_type_mismatch",
  "variable_type_mismatch",
]);

/** A parsed and type-checked expression. */
export class Expression {
  readonly #parsed: ParseResult;
  readonly #variable: string;

  private constructor(parsed: ParseResult, variable: string) {
    this.#parsed = parsed;
    this.#variable = variable;
  }

  /**
   * Parses an expression.
   *
   * @param variables The variables of the environment; the first is what `evaluate` gives a value to.
   * @throws {CodeError} If it is invalid.
   */
  static parse(environment: Environment, variables: readonly string[], code: string): Expression {
    if (code.length > LONGEST) throw codeError(`the expression exceeds ${LONGEST} characters`);
    try {
      const parsed = environment.parse(code);
      const { error } = parsed.check();
      if (error !== undefined) throw error;
      checkLiterals(parsed.ast);
      return new Expression(parsed, variables[0]!);
    } catch (error) {
      throw error instanceof CodeError ? error : codeErrorOf(error as Error, variables);
    }
  }

  /** The syntax tree. */
  get tree(): ASTNode {
    return this.#parsed.ast;
  }

  /**
   * Evaluates the expression.
   *
   * @param others The values of its other variables. Default: it has none.
   * @throws {CodeFailure} If that fails.
   */
  evaluate(value: Value, others?: ValueMap): Value {
    try {
      return toValue(this.#run(value, others));
    } catch (error) {
      throw failureOf(error);
    }
  }

  #run(given: Value, others?: ValueMap): unknown {
    const value = isError(given) ? adapt(given) : given;
    const name = this.#variable;
    try {
      return this.#parsed(others === undefined ? { [name]: value ?? null } : { ...others, [name]: value ?? null });
    } catch (error) {
      // An expression has no side effects, so it can be evaluated again.
      const adapted = UNKNOWN_FORM.has((error as { code?: string }).code ?? "") ? adapt(value) : value;
      if (adapted === value) throw error;
      return this.#parsed({ ...others, [name]: adapted });
    }
  }
}

type CelError = ParseError | EvaluationError | CelTypeError;

function isCelError(error: unknown): error is CelError {
  return error instanceof EvaluationError || error instanceof ParseError || error instanceof CelTypeError;
}

/** Rejects keys that an object of the library cannot have, and literal patterns of `matches` that are malformed. */
function checkLiterals(tree: ASTNode): void {
  eachExpression(tree, (node) => {
    if (node.op === "map") rejectDroppedKeys(node.args);
    else if (node.op === "rcall" && node.args[0] === "matches") rejectBadPattern(node.args[2].at(-1));
    else if (node.op === "call" && node.args[0] === "matches") rejectBadPattern(node.args[1].at(-1));
  });
}

function rejectDroppedKeys(entries: readonly (readonly [ASTNode, ASTNode])[]): void {
  for (const [key] of entries) {
    if (key.op !== "value" || !/^(__proto__|constructor|prototype)$/.test(String(key.args))) continue;
    throw codeError(`unsupported key "${key.args}" in a map literal`, key.start);
  }
}

function rejectBadPattern(pattern: ASTNode | undefined): void {
  if (pattern?.op !== "value" || typeof pattern.args !== "string") return;
  try {
    compileRegex(pattern.args);
  } catch (error) {
    throw codeError((error as Error).message, pattern.start);
  }
}

function codeErrorOf(error: Error, variables: readonly string[]): CodeError {
  if (!isCelError(error)) return codeError(isOverflow(error) ? "the expression is nested too deeply" : error.message);
  const names = variables.map((name) => `\`${name}\``).join(", ");
  const known = variables.length === 1 ? `the only variable is ${names}` : `the variables are ${names}`;
  const hint = error.code === "unknown_variable" ? known : undefined;
  return codeError(tidy(error.summary), error.range?.start, hint);
}

function failureOf(error: unknown): CodeFailure {
  if (!isCelError(error)) {
    if (isOverflow(error)) return failure("the expression is nested too deeply", { code: "too_large" });
    return isError(error) ? error as Failure : failure(String(error));
  }
  const made: CodeFailure = failure<string>(tidy(error.summary), { code: error.code ?? "bad_code" });
  const offset = error.range?.start;
  if (offset !== undefined) made.offset = offset;
  return made;
}

function isOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/.test(error.message);
}

/** Returns a message of the library in our style, which begins in lower case. */
function tidy(summary: string): string {
  return summary.charAt(0).toLowerCase() + summary.slice(1);
}
