import type { Compiler } from "../compiler/mod.ts";
import type { ParsedCode } from "../language/mod.ts";

/** Parses code on the thread of the test, without limits. */
export const LOCAL_COMPILER: Compiler = {
  async parse(language: string, code: string): Promise<ParsedCode> {
    const { parseCode } = await import("../language/parser/mod.ts");
    return parseCode(language, code);
  },
};
