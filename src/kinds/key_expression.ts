import { compileHostExpression } from "../language/mod.ts";
import type { Path } from "../spec/mod.ts";
import { asError, type Failure, failure, isError, Stream, type Value, type ValueMap } from "../value/mod.ts";
import { internalsOf } from "./internals.ts";

/** Marks what JSON does not have; nobody can write it into a payload. */
const MARK = crypto.randomUUID();

/** What a CEL expression over the payload cannot use, for the descriptions of fields. */
export const HOST_EXPRESSION =
  "It is evaluated by the host, so that loops (map, exists, ...) and matches are not available.";

/** Returns where a character of an expression stands. */
export type PositionOf = (offset: number | undefined) => string | undefined;

/** Where an expression stands, and what it sees beside the payload. */
export interface ExpressionSite {
  readonly position: PositionOf;
  /** What the node has bound. */
  readonly env: ValueMap | undefined;
}

/** Returns the site of the expression in a field of a host node. */
export function siteOf(
  context: { position(path: Path, offset?: number): string | undefined },
  path: Path,
): ExpressionSite {
  return { position: (offset) => context.position(path, offset), env: internalsOf(context).bound };
}

/** Adds where it has happened to an error of an expression. */
export function located(thrown: unknown, position: PositionOf): Error {
  const error: Failure & { offset?: number } = asError(thrown);
  const at = position(error.offset);
  if (at !== undefined) error.position ??= at;
  return error;
}

/**
 * Compiles an expression over payloads.
 *
 * @param site Where the expression stands, and what it sees.
 * @returns What returns the value for a payload, or why there is none.
 * @throws {Error} If the expression is invalid.
 */
export function compileExpression(
  expression: string,
  { position, env }: ExpressionSite,
): (payload: Value) => Value {
  let evaluate: (payload: Value) => Value;
  try {
    evaluate = compileHostExpression(expression, env);
  } catch (thrown) {
    throw located(thrown, position);
  }
  return (payload) => {
    try {
      return evaluate(payload);
    } catch (thrown) {
      return located(thrown, position);
    }
  };
}

/**
 * Compiles an expression whose value tells payloads apart.
 *
 * @param site Where the expression stands, and what it sees.
 * @returns What returns the key of a payload as text, or why it has none. Different values have different keys: a number
 * and the string of its digits too.
 * @throws {Error} If the expression is invalid.
 */
export function compileKey(expression: string, site: ExpressionSite): (payload: Value) => string | Error {
  const evaluate = compileExpression(expression, site);
  return (payload) => keyText(evaluate(payload));
}

/** Returns a value as a key. @returns An error if it is one, or contains a stream. */
export function keyText(value: Value): string | Error {
  if (isError(value)) return value;
  try {
    return JSON.stringify(value, marked);
  } catch (thrown) {
    return asError(thrown);
  }
}

function marked(this: unknown, key: string, value: unknown): unknown {
  // a date is a string here already
  const given = (this as Record<string, unknown>)[key];
  if (typeof value === "bigint") return { [MARK]: `${value}` };
  if (given instanceof Date) return { [MARK]: `${given.getTime()}ms` };
  if (value instanceof Uint8Array) return { [MARK]: value.toBase64() };
  if (value instanceof Error) return { [MARK]: value.message };
  if (value instanceof Stream) throw failure("a stream cannot be a key", { code: "invalid_payload" });
  return typeof value === "number" && !Number.isFinite(value) ? { [MARK]: String(value) } : value;
}
