import type * as acorn from "acorn";
import { found } from "./found.ts";

/** What a snippet's default export should be. */
export const RIGHT = "write `export default function (args) { ... }`";

/** Why it cannot import. */
export const ALONE = "what it needs has to be in its code";

/** A module's code with its exports made assignments to a field `d` of an object. */
export interface Rewritten {
  /** Every line and column is where it was. */
  body: string;
  /** What the object is called: a name that the code does not use. */
  parameter: string;
}

/**
 * Turns the exports of a module into assignments.
 *
 * @param names Every name that the code uses.
 * @throws {Found} If the module imports, or has no default export that is a function.
 */
export function rewriteExports(code: string, tree: acorn.Program, names: ReadonlySet<string>): Rewritten {
  const parameter = unusedName(names);
  const rewriting = new Rewriting(code, parameter);
  let exported = false;
  for (const node of tree.body) exported = rewriteStatement(node, rewriting) || exported;
  if (!exported) throw found("the code has no default export", 0, RIGHT);
  return { body: rewriting.body(), parameter };
}

class Rewriting {
  readonly edits: { start: number; end: number; text: string }[] = [];
  tail = "";

  constructor(readonly code: string, readonly parameter: string) {}

  /** Puts text in the place of other text, which must be no shorter. */
  replace(start: number, end: number, text: string): void {
    const rest = this.code.slice(start + text.length, end).replace(/[^\n\r\u2028\u2029]/g, " ");
    this.edits.push({ start, end, text: text + rest });
  }

  export(name: string): void {
    this.tail += `\n${this.parameter}.d=${name};`;
  }

  body(): string {
    let body = "";
    let at = 0;
    for (const { start, end, text } of this.edits) {
      body += this.code.slice(at, start) + text;
      at = end;
    }
    return body + this.code.slice(at) + this.tail;
  }
}

/** Answers whether the statement exports the default. */
function rewriteStatement(node: acorn.Program["body"][number], rewriting: Rewriting): boolean {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
      throw found("a snippet cannot import", node.start, ALONE);
    case "ExportDefaultDeclaration":
      rewriteDefault(node, rewriting);
      return true;
    case "ExportNamedDeclaration": {
      if (node.source) throw found("a snippet cannot import", node.start, ALONE);
      if (node.declaration) {
        rewriting.replace(node.start, node.declaration.start, "");
        return false;
      }
      const renamed = node.specifiers.find(({ exported }) =>
        (exported.type === "Identifier" ? exported.name : exported.value) === "default"
      );
      rewriting.replace(node.start, node.end, ";");
      if (renamed !== undefined) rewriting.export((renamed.local as acorn.Identifier).name);
      return renamed !== undefined;
    }
    default:
      return false;
  }
}

const NO_FUNCTION: Record<string, string> = {
  Literal: "a constant",
  TemplateLiteral: "a text",
  ObjectExpression: "an object",
  ArrayExpression: "a list",
  ClassDeclaration: "a class",
  ClassExpression: "a class",
};

function rewriteDefault(node: acorn.ExportDefaultDeclaration, rewriting: Rewriting): void {
  const { start, declaration } = node;
  const message = NO_FUNCTION[declaration.type];
  if (message !== undefined) throw found(`the default export is ${message} and no function`, declaration.start, RIGHT);
  if (declaration.type === "FunctionDeclaration" && declaration.id) {
    rewriting.replace(start, declaration.start, "");
    rewriting.export(declaration.id.name);
    return;
  }
  // Not up to the declaration: an opening parenthesis is no part of what it holds.
  const keywords = /export(?:\s|\/\*[^]*?\*\/|\/\/.*)*default/y;
  keywords.lastIndex = start;
  keywords.test(rewriting.code);
  rewriting.replace(start, keywords.lastIndex, `${rewriting.parameter}.d=`);
  if (declaration.type !== "FunctionDeclaration") return;
  // As an expression it would go on with a bracket on the next line.
  const { end } = declaration;
  rewriting.edits.push({ start: end, end: rewriting.code[end] === " " ? end + 1 : end, text: ";" });
}

function unusedName(names: ReadonlySet<string>): string {
  for (let number = 0;; number++) {
    const name = `$${number === 0 ? "" : number.toString(36)}`;
    if (!names.has(name)) return name;
  }
}
