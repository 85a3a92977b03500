import type { Value } from "../value/mod.ts";
import type { LogLine, Program } from "./language.ts";

/** A program without a top level, state or output: only a function of its argument. */
export class PureProgram implements Program {
  readonly call: (argument: Value) => Value;

  /** @param call Returns errors instead of throwing them. */
  constructor(call: (argument: Value) => Value) {
    this.call = call;
  }

  start(): void {}

  takeLogs(): LogLine[] {
    return [];
  }

  release(): void {}
}
