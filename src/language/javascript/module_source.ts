import * as acorn from "acorn";
import { codeError } from "../code_error.ts";
import { IMPORT_HINT, rewriteExports } from "./export_rewriting.ts";
import { eachNode, parseSyntax } from "./syntax.ts";

/** A module in the form of a function body. */
export interface ModuleSource {
  /** The code with its exports turned into assignments; every line and column stays the same. */
  readonly body: string;
  readonly parameters: readonly string[];
  /** Whether the body sets `module.exports`. Otherwise it sets the field `d` of its only parameter. */
  readonly commonJs: boolean;
  /** Whether it has syntax (`async`, `await`) that can queue microtasks. */
  readonly mayDefer: boolean;
}

/** Parses the code of a snippet. @throws {CodeError} If it is invalid. */
export function parseModule(code: string): ModuleSource {
  const tree = parse(code);
  const facts = survey(tree);
  rejectTopLevelAwait(tree);
  if (code.includes("<!--")) rejectHtmlComments(code);
  return rewrite(code, tree, facts);
}

function rewrite(code: string, tree: acorn.Program, { names, mayDefer }: Facts): ModuleSource {
  const isModule = tree.body.some((node) => /^(Import|Export)/.test(node.type));
  if (!isModule && (names.has("module") || names.has("exports"))) {
    return { body: code, parameters: ["module", "exports"], commonJs: true, mayDefer };
  }
  const { body, parameter } = rewriteExports(code, tree, names);
  return { body, parameters: [parameter], commonJs: false, mayDefer };
}

function parse(code: string, options: Partial<acorn.Options> = {}): acorn.Program {
  return parseSyntax(code, () => acorn.parse(code, { ecmaVersion: "latest", sourceType: "module", ...options }));
}

/** What the rest of the parsing needs to know of the code. */
interface Facts {
  /** All names that the code uses. */
  names: Set<string>;
  mayDefer: boolean;
}

function survey(tree: acorn.Program): Facts {
  const names = new Set<string>();
  let mayDefer = false;
  eachNode(tree, (node) => {
    switch (node.type) {
      case "Identifier":
        names.add((node as acorn.Identifier).name);
        break;
      case "ImportExpression":
        throw codeError("a snippet cannot import", node.start, IMPORT_HINT);
      case "MetaProperty":
        if ((node as acorn.MetaProperty).meta.name === "import") {
          throw codeError("a snippet cannot use `import.meta`", node.start);
        }
        break;
      case "AwaitExpression":
        mayDefer = true;
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        mayDefer ||= (node as acorn.Function).async;
    }
  });
  return { names, mayDefer };
}

function rejectTopLevelAwait(tree: acorn.Program): void {
  eachNode(tree, (node) => {
    const waits = node.type === "AwaitExpression" ||
      (node.type === "ForOfStatement" && (node as acorn.ForOfStatement).await);
    if (waits) {
      throw codeError("`await` is not allowed at the top level", node.start, "use `await` inside an async function");
    }
    return !/Function/.test(node.type);
  });
}

/**
 * Rejects `<!--`. In the body of a function it starts a comment, so the engine would run other code than was parsed here
 * as a module. (`-->`, which does so at the start of a line, is a syntax error in a module.)
 */
function rejectHtmlComments(code: string): void {
  const tokens: acorn.Token[] = [];
  parse(code, { onToken: tokens });
  const opening = tokens.find(({ start, end }, i) =>
    code.startsWith("<!--", start) && end === start + 1 && tokens[i + 1]?.start === end
  );
  if (opening !== undefined) {
    throw codeError("`<!--` starts a comment", opening.start, "put a space between the characters");
  }
}
