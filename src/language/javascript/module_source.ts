import * as acorn from "acorn";
import { codeError } from "../code_error.ts";
import type { EnvRead } from "../parsed_code.ts";
import { type Insertion, rewriteModule } from "./export_rewriting.ts";
import { type Survey, surveyModule } from "./survey.ts";
import { parseSyntax } from "./syntax.ts";

/** A module in the form of a function body: plain data, which one thread hands to another. */
export interface ModuleSource {
  /** The code with its exports turned into assignments. Every line stays the same, and every column but for insertions. */
  readonly body: string;
  readonly parameters: readonly string[];
  /** Whether the body sets `module.exports`. Otherwise it sets the field `d` of its first parameter. */
  readonly commonJs: boolean;
  /** Whether it may have syntax (`async`, `await`) that can queue microtasks. */
  readonly mayDefer: boolean;
  /** Names that the code uses and declares nowhere. */
  readonly free: readonly string[];
  /** Those of them that the code also sets on the global object. */
  readonly replaced: readonly string[];
  /** Whether it may read `env`: what its node has bound. */
  readonly seesEnv: boolean;
  /** Where it reads `env`, as far as that is known. */
  readonly env: readonly EnvRead[];
  /** What the body has more than the code, in the order of the code. */
  readonly insertions: readonly Insertion[];
}

/** Parses the code of a snippet. @throws {CodeError} If it is invalid. */
export function parseModule(code: string): ModuleSource {
  const tree = parse(code);
  const survey = surveyModule(tree);
  if (code.includes("<!--")) rejectHtmlComments(code);
  return rewrite(code, tree, survey);
}

function rewrite(code: string, tree: acorn.Program, survey: Survey): ModuleSource {
  const { names, free, replaced } = survey;
  // by the text, because the engine may read it in another way than the parser
  const mayDefer = /async|await/.test(code);
  const isModule = tree.body.some((node) => /^(Import|Export)/.test(node.type));
  const commonJs = !isModule && (names.has("module") || names.has("exports"));
  const { body, parameter, insertions } = rewriteModule(code, tree, survey, commonJs);
  const parameters = commonJs ? [parameter, "module", "exports"] : [parameter];
  return {
    body,
    parameters,
    commonJs,
    mayDefer,
    free: [...free],
    replaced: [...replaced],
    seesEnv: survey.seesEnv,
    env: survey.env,
    insertions,
  };
}

function parse(code: string, options: Partial<acorn.Options> = {}): acorn.Program {
  return parseSyntax(code, () => acorn.parse(code, { ecmaVersion: "latest", sourceType: "module", ...options }));
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
