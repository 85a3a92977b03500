/** A feature of Deno that Weft relies on. */
export interface Fact {
  /** The feature, in a sentence. */
  name: string;
  /**
   * Checks the feature. @returns What was observed.
   *
   * @throws {Skipped} If it cannot be checked here.
   * @throws {Error} If the feature is missing.
   */
  check(): string | Promise<string>;
}

/** Why a feature cannot be checked here, nor used. */
export class Skipped extends Error {}
