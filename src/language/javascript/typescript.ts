import { tsPlugin } from "@sveltejs/acorn-typescript";
import { type Node, Parser } from "acorn";
import { stripTypeScriptTypes } from "node:module";
import { badCode, offsetOf } from "../code_failure.ts";
import type { CodeProblem, Language } from "../language.ts";
import { LONGEST, readModule } from "./module_source.ts";
import { Snippet } from "./snippet.ts";
import { syntaxProblem } from "./syntax_problem.ts";
import { eachNode } from "./syntax_tree.ts";

/**
 * TypeScript whose types can simply be left out: no enums, namespaces or parameter properties. Nothing checks the types.
 */
export const typescript: Language = {
  name: "typescript",

  check(code) {
    const read = readTypeScript(code);
    return "problem" in read ? [read.problem] : [];
  },

  compile(code, options) {
    const read = readTypeScript(code);
    if ("problem" in read) throw badCode(read.problem);
    return new Snippet(code, read.module, options);
  },
};

// deno-lint-ignore no-explicit-any -- the plugin's type is that of an older acorn
const TypeScriptParser = Parser.extend(tsPlugin() as any);

/**
 * How many nodes may stand in each other. The engine's own reader of TypeScript is native code, in which a stack that
 * overflows takes the whole program with it: on a thread's 2 MB that begins at 1,500.
 */
const DEEPEST = 500;

/** As `readModule`. Leaving out the types leaves every line and column where it was. */
function readTypeScript(code: string): ReturnType<typeof readModule> {
  const problem = code.length > LONGEST ? { what: `the code is longer than ${LONGEST} characters` } : examine(code);
  if (problem !== undefined) return { problem };
  try {
    return readModule(stripTypeScriptTypes(code));
  } catch (error) {
    return { problem: strippingProblem(error as Error, code) };
  }
}

/** What is wrong with the code before its types are left out. */
function examine(code: string): CodeProblem | undefined {
  try {
    const tree: Node = TypeScriptParser.parse(code, {
      ecmaVersion: "latest",
      sourceType: "module",
      locations: true,
      preserveParens: true,
    });
    let problem: CodeProblem | undefined;
    eachNode(tree, (node, depth) => {
      if (depth > DEEPEST) problem ??= { what: "the code is nested too deeply", offset: node.start };
    });
    return problem;
  } catch (error) {
    if (error instanceof RangeError) return { what: "the code is nested too deeply" };
    if (error instanceof SyntaxError) return syntaxProblem(error, code);
    throw error;
  }
}

function strippingProblem(error: Error, code: string): CodeProblem {
  const [, what, line, column] = /^(.*?)(?: in strip-only mode)? at \S+:(\d+):(\d+)$/s.exec(error.message) ?? [];
  if (what === undefined) return { what: `the types cannot be left out: ${error.message}` };
  const hint = "types are left out, not compiled: write what JavaScript has for it";
  return { what, hint, offset: offsetOf(code, Number(line), Number(column)) };
}
