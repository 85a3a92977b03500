import type { Compiler } from "../compiler/mod.ts";
import type { ParsedCode } from "../language/mod.ts";

/** Parses code on the thread of the test, without limits. */
export const LOCAL_COMPILER: Compiler = {
  async parse(language: string, code: string): Promise<ParsedCode> {
    const { parseCode } = await import("../language/parser/mod.ts");
    return parseCode(language, code);
  },
};

/** Parses each code once. */
export class CachedCompiler implements Compiler {
  readonly #parsed = new Map<string, Promise<ParsedCode>>();

  parse(language: string, code: string): Promise<ParsedCode> {
    const key = `${language}\0${code}`;
    let parsed = this.#parsed.get(key);
    if (parsed === undefined) this.#parsed.set(key, parsed = LOCAL_COMPILER.parse(language, code));
    return parsed;
  }
}
