import type { ParsedCode } from "../language/mod.ts";

/** Parses code without running it. */
export interface Compiler {
  /**
   * Returns the errors in code, and what a program of it is made of. Code that ends what parses it, or takes it too long,
   * has an error that says so.
   *
   * @param language The name of a language of snippets: `javascript`, `cel`, ...
   * @throws {Error} If the language is unknown, or nothing can parse code.
   */
  parse(language: string, code: string): Promise<ParsedCode>;
}
