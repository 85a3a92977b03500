import { copy, measure, type Value, type ValueMap } from "../../value/mod.ts";
import { codeError } from "../code_error.ts";
import type { Program } from "../language.ts";
import { PureProgram } from "../pure_program.ts";

/** Creates a program that always returns the same value, which it freezes or, if that is not possible, copies. */
export function constantProgram(value: Value): Program {
  return new PureProgram(freeze(value) ? () => value : () => copy(value));
}

/** Freezes lists and maps. Returns false if the value contains something that cannot be frozen: bytes, a date. */
function freeze(value: Value): boolean {
  if (value === null || typeof value !== "object") return true;
  if (value instanceof Uint8Array || value instanceof Date) return false;
  if (Object.isFrozen(value)) return true;
  Object.freeze(value);
  return Object.values(value as ValueMap).map(freeze).every((whole) => whole);
}

/** Checks that parsed code is a payload. @throws {CodeError} If it is too large or contains itself. */
export function assertPayload(value: unknown): void {
  try {
    measure(value);
  } catch (error) {
    throw codeError((error as Error).message);
  }
}
