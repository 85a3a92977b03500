import type * as acorn from "acorn";
import { codeError } from "../code_error.ts";
import type { Survey } from "./survey.ts";

/** Hint for a wrong default export. */
export const EXPORT_HINT = "write `export default function (args) { ... }`";

/** Hint for an import. */
export const IMPORT_HINT = "put all code that it needs into the snippet";

/** Text that the body of a module has more than its code. */
export interface Insertion {
  /** Where it stands in the code, in UTF-16 units. */
  at: number;
  length: number;
}

/** A module's code with its exports turned into assignments to the field `d` of an object. */
export interface Rewritten {
  /** The code; every line stays the same. */
  body: string;
  /** The name of the object, which the code does not use. */
  parameter: string;
  /** In the order of the code. */
  insertions: Insertion[];
}

/**
 * Turns the exports of a module into assignments, and has the object of an assignment that a built-in may forbid pass
 * through the field `o`: `this.constructor = f` becomes `$.o((this),"constructor").constructor = f`.
 *
 * @param commonJs Whether it has no exports, but sets `module.exports`.
 * @throws {CodeError} If the module imports, or has no default export that may be a function.
 */
export function rewriteModule(code: string, tree: acorn.Program, survey: Survey, commonJs: boolean): Rewritten {
  const parameter = unusedName(survey.names);
  const rewriting = new Rewriting(code, parameter);
  let exported = commonJs;
  for (const node of tree.body) exported = rewriteStatement(node, rewriting) || exported;
  if (!exported) throw codeError("the code has no default export", 0, EXPORT_HINT);
  for (const { object, name } of survey.assigned) rewriting.wrap(object, name);
  return { body: rewriting.body(), parameter, insertions: rewriting.insertions };
}

class Rewriting {
  readonly insertions: Insertion[] = [];
  readonly edits: { start: number; end: number; text: string }[] = [];
  tail = "";

  constructor(readonly code: string, readonly parameter: string) {}

  /** Replaces a range of the code by a string of at most its length. */
  replace(start: number, end: number, text: string): void {
    const rest = this.code.slice(start + text.length, end).replace(/[^\n\r\u2028\u2029]/g, " ");
    this.edits.push({ start, end, text: text + rest });
  }

  /** Exports a variable as the default. */
  export(name: string): void {
    this.tail += `\n${this.parameter}.d=${name};`;
  }

  /** Has the object of an assignment pass through the function that lets it take the field. */
  wrap({ start, end }: acorn.Node, name: string | undefined): void {
    const key = name === undefined ? "" : `,"${name}"`;
    this.edits.push({ start, end: start, text: `${this.parameter}.o((` }, { start: end, end, text: `)${key})` });
  }

  body(): string {
    this.edits.sort((a, b) => a.start - b.start || a.end - b.end);
    let body = "";
    let at = 0;
    for (const { start, end, text } of this.edits) {
      body += this.code.slice(at, start) + text;
      at = end;
      if (text.length > end - start) this.insertions.push({ at: start, length: text.length - (end - start) });
    }
    return body + this.code.slice(at) + this.tail;
  }
}

/** Rewrites a statement and reports whether it exports the default. */
function rewriteStatement(node: acorn.Program["body"][number], rewriting: Rewriting): boolean {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
      throw codeError("a snippet cannot import", node.start, IMPORT_HINT);
    case "ExportDefaultDeclaration":
      rewriteDefault(node, rewriting);
      return true;
    case "ExportNamedDeclaration": {
      if (node.source) throw codeError("a snippet cannot import", node.start, IMPORT_HINT);
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

/** Expressions that cannot be a function. */
const NO_FUNCTION: Record<string, string> = {
  Literal: "a constant",
  TemplateLiteral: "a string",
  ObjectExpression: "an object",
  ArrayExpression: "a list",
  ClassDeclaration: "a class",
  ClassExpression: "a class",
};

function rewriteDefault(node: acorn.ExportDefaultDeclaration, rewriting: Rewriting): void {
  const { start, declaration } = node;
  const what = NO_FUNCTION[declaration.type];
  if (what !== undefined) {
    throw codeError(`the default export is ${what}: expected a function`, declaration.start, EXPORT_HINT);
  }
  if (declaration.type === "FunctionDeclaration" && declaration.id) {
    rewriting.replace(start, declaration.start, "");
    rewriting.export(declaration.id.name);
    return;
  }
  // The declaration does not include an opening parenthesis, so its start cannot be used as the end of the range.
  const keywords = /export(?:\s|\/\*[^]*?\*\/|\/\/.*)*default/y;
  keywords.lastIndex = start;
  keywords.test(rewriting.code);
  rewriting.replace(start, keywords.lastIndex, `${rewriting.parameter}.d=`);
  if (declaration.type !== "FunctionDeclaration") return;
  // As an expression it would continue with a bracket on the next line.
  const { end } = declaration;
  rewriting.edits.push({ start: end, end: rewriting.code[end] === " " ? end + 1 : end, text: ";" });
}

function unusedName(names: ReadonlySet<string>): string {
  for (let number = 0;; number++) {
    const name = `$${number === 0 ? "" : number.toString(36)}`;
    if (!names.has(name)) return name;
  }
}
