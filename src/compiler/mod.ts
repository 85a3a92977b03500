/** Parses user code on a thread of its own, which may not do anything else. */
export type { Compiler } from "./compiler.ts";
export { ThreadCompiler, type ThreadCompilerOptions } from "./thread_compiler.ts";
