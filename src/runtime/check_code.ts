import type { Compiler } from "../compiler/mod.ts";
import type { CodeToCheck, Diagnostic } from "../spec/mod.ts";

/** Returns the errors in pieces of code. */
export async function checkCode(code: readonly CodeToCheck[], compiler: Compiler): Promise<Diagnostic[]> {
  const found = code.map(async ({ language, code, located }) => {
    const { diagnostics } = await compiler.parse(language, code);
    return diagnostics.map(located);
  });
  return (await Promise.all(found)).flat();
}
