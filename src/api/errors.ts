import { RegistryError } from "../registry/mod.ts";
import { type Diagnostic, formatDiagnostic } from "../spec/mod.ts";
import { type BrokenLink, describeBroken } from "./links.ts";

/** Says that specs are invalid. Its message has every error, a line each. */
export class SpecsError extends RegistryError {
  /** The name of the class. */
  override name = "SpecsError";

  /**
   * Makes an error.
   *
   * @param diagnostics Every error and warning, in the order of the files.
   * @param folders The folders that modules were read from.
   */
  constructor(readonly diagnostics: readonly Diagnostic[], readonly folders: readonly string[] = []) {
    const errors = diagnostics.filter(({ severity }) => severity !== "warning");
    super("invalid", errors.map(formatDiagnostic).join("\n"));
  }
}

/** Says that specs which remain link to specs that a change would delete, or use them. Its message has every link, a line each. */
export class BrokenLinksError extends RegistryError {
  /** The name of the class. */
  override name = "BrokenLinksError";

  /** Makes an error of the links that would break. */
  constructor(readonly links: readonly BrokenLink[]) {
    super("rejected", links.map(describeBroken).join("\n"));
  }
}

/** Says that head is not the version that a change is based on. */
export class HeadMovedError extends RegistryError {
  /** The name of the class. */
  override name = "HeadMovedError";

  /**
   * Makes an error.
   *
   * @param expected The version that the change is based on.
   * @param actual The version that is head.
   */
  constructor(readonly expected: number, readonly actual: number) {
    super("conflict", `head is version ${actual}, not ${expected}`, { details: { expected, actual } });
  }
}
