import { type Failure, failure, isError, kindOf, type Value } from "../value/mod.ts";

/**
 * Returns the error of a payload that a node cannot take; an error that came as the payload is returned as it is, so that
 * it is not lost.
 *
 * @param kind The kind of the node.
 * @param expected What it takes: `a list`.
 */
export function payloadError(kind: string, payload: Value, expected: string): Failure {
  if (isError(payload)) return payload;
  return failure(`invalid payload of ${kind}: expected ${expected}, got ${kindOf(payload)}`, {
    code: "invalid_payload",
  });
}
