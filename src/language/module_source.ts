import * as acorn from "acorn";
import type { CodeProblem } from "./language.ts";
import { syntaxProblem } from "./syntax_problem.ts";
import { eachNode } from "./syntax_tree.ts";

/** A module as the body of a function. */
export interface ModuleSource {
  /** The code, its exports turned into assignments; every line and column stays where it was. */
  readonly body: string;
  readonly parameters: readonly string[];
  /** Whether the body sets `module.exports`; otherwise it sets `d` of its only parameter. */
  readonly commonJs: boolean;
  /** Whether it has syntax (`async`, `await`) that can leave work for later. */
  readonly deferring: boolean;
}

const RIGHT = "write `export default function (args) { ... }`";
/** How many characters code may have. */
export const LONGEST = 256 * 1024;

type Declaration = acorn.Node & { id?: acorn.Identifier | null };
type Statement = acorn.Program["body"][number];

/** Reads a snippet's code. Runs nothing of it. */
export function readModule(code: string): { module: ModuleSource } | { problem: CodeProblem } {
  try {
    if (code.length > LONGEST) throw problem(`the code is longer than ${LONGEST} characters`, 0);
    const tree = parse(code);
    const facts = survey(tree);
    refuseTopLevelAwait(tree);
    if (code.includes("<!--")) refuseHtmlComments(code);
    return { module: rewrite(code, tree, facts) };
  } catch (error) {
    if (error instanceof Found) return { problem: error.problem };
    if (error instanceof RangeError) return { problem: { what: "the code is nested too deeply" } };
    throw error;
  }
}

/** Carries a problem to `readModule`. */
class Found extends Error {
  constructor(readonly problem: CodeProblem) {
    super(problem.what);
  }
}

function problem(what: string, offset: number, hint?: string): Found {
  return new Found(hint === undefined ? { what, offset } : { what, hint, offset });
}

function parse(code: string, options: Partial<acorn.Options> = {}): acorn.Program {
  try {
    return acorn.parse(code, {
      ecmaVersion: "latest",
      sourceType: "module",
      allowAwaitOutsideFunction: false,
      ...options,
    });
  } catch (error) {
    if (error instanceof SyntaxError) throw new Found(syntaxProblem(error, code));
    throw error;
  }
}

interface Facts {
  names: Set<string>;
  deferring: boolean;
}

function survey(tree: acorn.Program): Facts {
  const names = new Set<string>();
  let deferring = false;
  eachNode(tree, (node) => {
    switch (node.type) {
      case "Identifier":
        names.add((node as acorn.Identifier).name);
        break;
      case "ImportExpression":
        throw problem("a snippet cannot import", node.start, "what it needs has to be in its code");
      case "MetaProperty":
        if ((node as acorn.MetaProperty).meta.name === "import") {
          throw problem("a snippet has no `import.meta`", node.start);
        }
        break;
      case "AwaitExpression":
        deferring = true;
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        deferring ||= (node as acorn.Function).async;
    }
  });
  return { names, deferring };
}

function refuseTopLevelAwait(tree: acorn.Program): void {
  eachNode(tree, (node) => {
    const waits = node.type === "AwaitExpression" ||
      (node.type === "ForOfStatement" && (node as acorn.ForOfStatement).await);
    if (waits) throw problem("the top level cannot wait", node.start, "use `await` within an async function");
    return !/Function/.test(node.type);
  });
}

/**
 * As the body of a function the code is no module, and there `<!--` opens a comment: the engine would read other code
 * than was looked at here. (`-->`, which does so at the start of a line, cannot stand there in a module.)
 */
function refuseHtmlComments(code: string): void {
  const tokens: acorn.Token[] = [];
  parse(code, { onToken: tokens });
  const opening = tokens.find(({ start, end }, i) =>
    code.startsWith("<!--", start) && end === start + 1 && tokens[i + 1]?.start === end
  );
  if (opening !== undefined) throw problem("this would be a comment", opening.start, "put a space between the signs");
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

function rewrite(code: string, tree: acorn.Program, { names, deferring }: Facts): ModuleSource {
  const isModule = tree.body.some((node) => /^(Import|Export)/.test(node.type));
  if (!isModule && (names.has("module") || names.has("exports"))) {
    return { body: code, parameters: ["module", "exports"], commonJs: true, deferring };
  }
  const parameter = unusedName(names);
  const rewriting = new Rewriting(code, parameter);
  let exported = false;
  for (const node of tree.body) exported = rewriteStatement(node, rewriting) || exported;
  if (!exported) throw problem("the code has no default export", 0, RIGHT);
  return { body: rewriting.body(), parameters: [parameter], commonJs: false, deferring };
}

/** Answers whether the statement exports the default. */
function rewriteStatement(node: Statement, rewriting: Rewriting): boolean {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
      throw problem("a snippet cannot import", node.start, "what it needs has to be in its code");
    case "ExportDefaultDeclaration":
      rewriteDefault(node, rewriting);
      return true;
    case "ExportNamedDeclaration": {
      if (node.source) throw problem("a snippet cannot import", node.start, "what it needs has to be in its code");
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
  const what = NO_FUNCTION[declaration.type];
  if (what !== undefined) throw problem(`the default export is ${what} and no function`, declaration.start, RIGHT);
  const { id } = declaration as Declaration;
  if (declaration.type === "FunctionDeclaration" && id) {
    rewriting.replace(start, declaration.start, "");
    rewriting.export(id.name);
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
