import type { SpecCode } from "@weft/weft/kind";
import { isError, isMap, type Value } from "../../value/mod.ts";
import { compileExpression, type ExpressionSite, located } from "../key_expression.ts";

/** Returns a part of a payload; undefined if it has none. @throws {Failure} Why it cannot be told. */
export type PayloadPart = (payload: Value) => Value | undefined;

/** Returns what finds a part by its name, in payloads that are maps. */
export function partNamed(name: string): PayloadPart {
  return (payload) => isMap(payload) && Object.hasOwn(payload, name) ? payload[name] : undefined;
}

/**
 * Compiles an expression whose value is a part of a payload.
 *
 * @param site Where the expression stands, and what it sees.
 * @throws {Error} If the expression is invalid.
 */
export function compilePart(expression: string, site: ExpressionSite): PayloadPart {
  const evaluate = compileExpression(expression, site);
  return (payload) => {
    const value = evaluate(payload);
    if (isError(value)) throw located(value, site.position);
    return value;
  };
}

/** Returns the expressions of fields as code to check. */
export function expressionsOf<Fields extends Readonly<Record<string, unknown>>>(
  fields: Fields,
  names: readonly (string & keyof Fields)[],
): SpecCode[] {
  return names.flatMap((name) => {
    const code = fields[name];
    return typeof code === "string" ? [{ language: "cel", code, at: [name] }] : [];
  });
}
