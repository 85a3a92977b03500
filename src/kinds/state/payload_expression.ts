import type { SpecCode } from "@weft/weft/kind";
import { compileHostExpression } from "../../language/mod.ts";
import { asError, type Failure, isError, isMap, type Value } from "../../value/mod.ts";

/** What a CEL expression over the payload cannot use, for the descriptions of fields. */
export const HOST_EXPRESSION =
  "It is evaluated by the host, so that loops (map, exists, ...) and matches are not available.";

/** Returns a part of a payload; undefined if it has none. @throws {Failure} Why it cannot be told. */
export type PayloadPart = (payload: Value) => Value | undefined;

/** Returns what finds a part by its name, in payloads that are maps. */
export function partNamed(name: string): PayloadPart {
  return (payload) => isMap(payload) && Object.hasOwn(payload, name) ? payload[name] : undefined;
}

/**
 * Compiles an expression whose value is a part of a payload.
 *
 * @param position Returns where a character of the expression stands.
 * @throws {Error} If the expression is invalid.
 */
export function compilePart(
  expression: string,
  position: (offset: number | undefined) => string | undefined,
): PayloadPart {
  const located = (thrown: unknown): Error => {
    const error: Failure & { offset?: number } = asError(thrown);
    const at = position(error.offset);
    if (at !== undefined) error.position ??= at;
    return error;
  };
  let evaluate: (payload: Value) => Value;
  try {
    evaluate = compileHostExpression(expression);
  } catch (thrown) {
    throw located(thrown);
  }
  return (payload) => {
    let value: Value;
    try {
      value = evaluate(payload);
    } catch (thrown) {
      throw located(thrown);
    }
    if (isError(value)) throw located(value);
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
