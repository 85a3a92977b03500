import type { Diagnostic } from "../../spec/model/mod.ts";

/** A diagnostic of code, thrown to whoever reads the code. */
export class Found extends Error {
  constructor(readonly diagnostic: Diagnostic) {
    super(diagnostic.message);
  }
}

/** Makes one. */
export function found(message: string, offset: number, hint?: string): Found {
  return new Found(hint === undefined ? { message, location: { offset } } : { message, hint, location: { offset } });
}
