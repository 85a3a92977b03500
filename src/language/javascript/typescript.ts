import { tsPlugin } from "@sveltejs/acorn-typescript";
import { type Node, Parser } from "acorn";
import { stripTypeScriptTypes } from "node:module";
import { codeError, offsetOf } from "../code_error.ts";
import { defineLanguage } from "../language.ts";
import { type ModuleSource, parseModule } from "./module_source.ts";
import { Snippet } from "./snippet.ts";
import { decoratorError, eachNode, parseSyntax } from "./syntax.ts";

/**
 * TypeScript with erasable types only: no enums, namespaces or parameter properties. Types are not checked.
 */
export const typescript = defineLanguage(
  "typescript",
  parseTypeScript,
  (module, code, options) => new Snippet(code, module, options),
);

// deno-lint-ignore no-explicit-any -- the plugin is typed for an older acorn
const TypeScriptParser = Parser.extend(tsPlugin() as any);

/**
 * Maximum depth of the syntax tree. Deno's own TypeScript parser is native code, where a stack overflow ends the whole
 * program; on a thread's 2 MB that happens from a depth of 1,500.
 */
const DEEPEST = 500;

/** Maximum length of code in characters. Its parser is slower than that of JavaScript, and slow on odd code. */
const LONGEST = 256 * 1024;

/** Parses TypeScript and removes its types. All remaining code keeps its line and column. */
function parseTypeScript(code: string): ModuleSource {
  const tree: Node = parseSyntax(code, () =>
    TypeScriptParser.parse(code, {
      ecmaVersion: "latest",
      sourceType: "module",
      locations: true,
      preserveParens: true,
    }), LONGEST);
  eachNode(tree, (node, depth) => {
    if (depth > DEEPEST) throw codeError("the code is nested too deeply", node.start);
    if (node.type as string === "Decorator") throw decoratorError(node.start);
  });
  return parseModule(stripTypes(code));
}

function stripTypes(code: string): string {
  try {
    return stripTypeScriptTypes(code);
  } catch (error) {
    const { message } = error as Error;
    const [, reason, line, column] = /^(.*?)(?: in strip-only mode)? at \S+:(\d+):(\d+)$/s.exec(message) ?? [];
    if (reason === undefined) throw codeError(`cannot remove the types: ${message}`);
    const hint = "types are removed, not compiled: use the JavaScript equivalent";
    throw codeError(reason, offsetOf(code, Number(line), Number(column)), hint);
  }
}
