import {
  type ASTNode,
  type Environment,
  EvaluationError,
  ParseError,
  type ParseResult,
  TypeError as CelTypeError,
} from "cel-js";
import { type Failure, failure, isError, type Value } from "../../value/mod.ts";
import { badCode } from "../code_failure.ts";
import type { Diagnostic } from "../../spec/model/mod.ts";
import type { CodeFailure } from "../language.ts";
import { adapt } from "./adapt.ts";
import { toValue } from "./output.ts";
import { eachExpression } from "./tree.ts";

/** How many characters an expression may have. */
const LONGEST = 64 * 1024;

/** What the library says of a value that it does not know how to look into. */
const UNKNOWN_FORM = new Set([
  "unsupported_type",
  "field_type_mismatch",
  "list_item_type_mismatch",
  "variable_type_mismatch",
]);

/** An expression that was found to be right, as far as that can be seen without its variable. */
export class Expression {
  readonly #parsed: ParseResult;
  readonly #variable: string;

  private constructor(parsed: ParseResult, variable: string) {
    this.#parsed = parsed;
    this.#variable = variable;
  }

  /** @param variable The one that the environment knows. */
  static parse(environment: Environment, variable: string, code: string): Expression | Diagnostic {
    if (code.length > LONGEST) return { message: `the expression is longer than ${LONGEST} characters` };
    let parsed: ParseResult;
    try {
      parsed = environment.parse(code);
      const { error } = parsed.check();
      if (error !== undefined) return diagnosticOf(error, variable);
      return droppedKey(parsed.ast) ?? new Expression(parsed, variable);
    } catch (error) {
      return diagnosticOf(error as Error, variable);
    }
  }

  /** Its tree, for whoever allows less than CEL does. */
  get tree(): ASTNode {
    return this.#parsed.ast;
  }

  /** @throws {CodeFailure} If it cannot be evaluated. */
  evaluate(value: Value): Value {
    try {
      return toValue(this.#run(value));
    } catch (error) {
      throw failureOf(error);
    }
  }

  #run(given: Value): unknown {
    const value = isError(given) ? adapt(given) : given;
    try {
      return this.#parsed({ [this.#variable]: value ?? null });
    } catch (error) {
      // An expression changes nothing, so it can be evaluated again.
      const adapted = UNKNOWN_FORM.has((error as { code?: string }).code ?? "") ? adapt(value) : value;
      if (adapted === value) throw error;
      return this.#parsed({ [this.#variable]: adapted });
    }
  }
}

/** As `Expression.parse`. @throws {CodeFailure} If it is not right; code `bad_code`. */
export function compileExpression(environment: Environment, variable: string, code: string): Expression {
  const parsed = Expression.parse(environment, variable, code);
  if (!(parsed instanceof Expression)) throw badCode(parsed);
  return parsed;
}

type CelError = ParseError | EvaluationError | CelTypeError;

function isCelError(error: unknown): error is CelError {
  return error instanceof EvaluationError || error instanceof ParseError || error instanceof CelTypeError;
}

/** The library leaves out, without a word, some keys of a map that an expression makes. */
function droppedKey(tree: ASTNode): Diagnostic | undefined {
  let diagnostic: Diagnostic | undefined;
  eachExpression(tree, (node) => {
    if (node.op !== "map") return;
    for (const [key] of node.args) {
      if (key.op !== "value" || !/^(__proto__|constructor|prototype)$/.test(String(key.args))) continue;
      diagnostic ??= {
        message: `an expression cannot make a map with the key "${key.args}"`,
        location: { offset: key.start },
      };
    }
  });
  return diagnostic;
}

function diagnosticOf(error: Error, variable: string): Diagnostic {
  if (!isCelError(error)) return { message: isOverflow(error) ? "the expression is nested too deeply" : error.message };
  const offset = error.range?.start;
  const diagnostic: Diagnostic = { message: tidy(error.summary) };
  if (offset !== undefined) diagnostic.location = { offset };
  if (error.code === "unknown_variable") diagnostic.hint = `the only one is \`${variable}\``;
  return diagnostic;
}

function failureOf(error: unknown): CodeFailure {
  if (!isCelError(error)) {
    if (isOverflow(error)) return failure("the expression is nested too deeply", { code: "too_large" });
    return isError(error) ? error as Failure : failure(String(error));
  }
  const made: CodeFailure = failure(tidy(error.summary), { code: error.code ?? "bad_code" });
  const offset = error.range?.start;
  if (offset !== undefined) made.offset = offset;
  return made;
}

function isOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/.test(error.message);
}

function tidy(summary: string): string {
  return summary.charAt(0).toLowerCase() + summary.slice(1);
}
