import * as acorn from "acorn";
import type { Diagnostic } from "../../spec/model/mod.ts";
import { ALONE, rewriteExports } from "./export_rewriting.ts";
import { Found, found } from "./found.ts";
import { syntaxDiagnostic } from "./syntax_diagnostic.ts";
import { eachNode } from "./syntax_tree.ts";

/** A module as the body of a function. */
export interface ModuleSource {
  /** The code, its exports turned into assignments; every line and column stays where it was. */
  readonly body: string;
  readonly parameters: readonly string[];
  /** Whether the body sets `module.exports`; otherwise it sets `d` of its only parameter. */
  readonly commonJs: boolean;
  /** Whether it has syntax (`async`, `await`) that can leave work for later. */
  readonly mayDefer: boolean;
}

/** How many characters code may have. */
export const LONGEST = 256 * 1024;

/** Reads a snippet's code. Runs nothing of it. */
export function readModule(code: string): { module: ModuleSource } | { diagnostic: Diagnostic } {
  try {
    if (code.length > LONGEST) throw found(`the code is longer than ${LONGEST} characters`, 0);
    const tree = parse(code);
    const facts = survey(tree);
    refuseTopLevelAwait(tree);
    if (code.includes("<!--")) refuseHtmlComments(code);
    return { module: rewrite(code, tree, facts) };
  } catch (error) {
    if (error instanceof Found) return { diagnostic: error.diagnostic };
    if (error instanceof RangeError) return { diagnostic: { message: "the code is nested too deeply" } };
    throw error;
  }
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
  try {
    return acorn.parse(code, { ecmaVersion: "latest", sourceType: "module", ...options });
  } catch (error) {
    if (error instanceof SyntaxError) throw new Found(syntaxDiagnostic(error, code));
    throw error;
  }
}

interface Facts {
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
        throw found("a snippet cannot import", node.start, ALONE);
      case "MetaProperty":
        if ((node as acorn.MetaProperty).meta.name === "import") {
          throw found("a snippet has no `import.meta`", node.start);
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

function refuseTopLevelAwait(tree: acorn.Program): void {
  eachNode(tree, (node) => {
    const waits = node.type === "AwaitExpression" ||
      (node.type === "ForOfStatement" && (node as acorn.ForOfStatement).await);
    if (waits) throw found("the top level cannot wait", node.start, "use `await` within an async function");
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
  if (opening !== undefined) throw found("this would be a comment", opening.start, "put a space between the signs");
}
