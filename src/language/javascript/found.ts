import type { CodeProblem } from "../language.ts";

/** A problem of code, thrown to whoever reads the code. */
export class Found extends Error {
  constructor(readonly problem: CodeProblem) {
    super(problem.what);
  }
}

/** Makes one. */
export function found(what: string, offset: number, hint?: string): Found {
  return new Found(hint === undefined ? { what, offset } : { what, hint, offset });
}
