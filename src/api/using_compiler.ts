import { type Compiler, ThreadCompiler } from "../compiler/mod.ts";

/** Calls a function with a compiler, or with one that is there for this call. */
export async function usingCompiler<T>(
  given: Compiler | undefined,
  use: (compiler: Compiler) => Promise<T>,
): Promise<T> {
  if (given !== undefined) return await use(given);
  using compiler = new ThreadCompiler();
  return await use(compiler);
}
