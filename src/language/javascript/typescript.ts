import { tsPlugin } from "@sveltejs/acorn-typescript";
import { type Node, Parser } from "acorn";
import { stripTypeScriptTypes } from "node:module";
import { badCode, offsetOf } from "../code_failure.ts";
import type { Diagnostic } from "../../spec/model/mod.ts";
import type { Language } from "../language.ts";
import { LONGEST, readModule } from "./module_source.ts";
import { Snippet } from "./snippet.ts";
import { syntaxDiagnostic } from "./syntax_diagnostic.ts";
import { eachNode } from "./syntax_tree.ts";

/**
 * TypeScript whose types can simply be left out: no enums, namespaces or parameter properties. Nothing checks the types.
 */
export const typescript: Language = {
  name: "typescript",

  check(code) {
    const read = readTypeScript(code);
    return "diagnostic" in read ? [read.diagnostic] : [];
  },

  compile(code, options) {
    const read = readTypeScript(code);
    if ("diagnostic" in read) throw badCode(read.diagnostic);
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
  const diagnostic = code.length > LONGEST
    ? { message: `the code is longer than ${LONGEST} characters` }
    : examine(code);
  if (diagnostic !== undefined) return { diagnostic };
  try {
    return readModule(stripTypeScriptTypes(code));
  } catch (error) {
    return { diagnostic: strippingDiagnostic(error as Error, code) };
  }
}

/** What is wrong with the code before its types are left out. */
function examine(code: string): Diagnostic | undefined {
  try {
    const tree: Node = TypeScriptParser.parse(code, {
      ecmaVersion: "latest",
      sourceType: "module",
      locations: true,
      preserveParens: true,
    });
    let diagnostic: Diagnostic | undefined;
    eachNode(tree, (node, depth) => {
      if (depth > DEEPEST) {
        diagnostic ??= { message: "the code is nested too deeply", location: { offset: node.start } };
      }
    });
    return diagnostic;
  } catch (error) {
    if (error instanceof RangeError) return { message: "the code is nested too deeply" };
    if (error instanceof SyntaxError) return syntaxDiagnostic(error, code);
    throw error;
  }
}

function strippingDiagnostic(error: Error, code: string): Diagnostic {
  const [, message, line, column] = /^(.*?)(?: in strip-only mode)? at \S+:(\d+):(\d+)$/s.exec(error.message) ?? [];
  if (message === undefined) return { message: `the types cannot be left out: ${error.message}` };
  const hint = "types are left out, not compiled: write what JavaScript has for it";
  return { message, hint, location: { offset: offsetOf(code, Number(line), Number(column)) } };
}
