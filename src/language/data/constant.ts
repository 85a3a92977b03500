import { copy, measure, type Value, type ValueMap } from "../../value/mod.ts";
import type { LogLine, Program } from "../language.ts";

/** A program that answers the same value to everything. */
export class Constant implements Program {
  readonly #value: Value;
  readonly #copied: boolean;

  /** @param value Taken over: it is frozen, as far as it can be. */
  constructor(value: Value) {
    this.#value = value;
    this.#copied = !freeze(value);
  }

  start(): void {}

  call(): Value {
    return this.#copied ? copy(this.#value) : this.#value;
  }

  takeLogs(): LogLine[] {
    return [];
  }

  release(): void {}
}

/** Freezes lists and maps. Answers false if there is something in them that cannot be frozen: bytes, a date. */
function freeze(value: Value): boolean {
  if (value === null || typeof value !== "object") return true;
  if (value instanceof Uint8Array || value instanceof Date) return false;
  if (Object.isFrozen(value)) return true;
  Object.freeze(value);
  return Object.values(value as ValueMap).map(freeze).every((whole) => whole);
}

/** What keeps a value from being a payload: it is too large, or contains itself. */
export function constantProblem(value: unknown): string | undefined {
  try {
    measure(value);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
