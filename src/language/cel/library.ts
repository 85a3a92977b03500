import type { ASTNode, Environment } from "cel-js";

/**
 * Parts of the CEL library that its types do not declare, though it passes them to operators and macros. The engine
 * replaces what differs from the CEL specification in them. Each use is covered by the conformance test.
 */
export interface Library {
  parser: { lexer: Lexer; registry: Registry; parse(input: string): ASTNode };
  checker: Checker;
  evaluator: Evaluator;
  registry: Registry;
}

/** A type of the type checker. */
export interface Type {
  kind: string;
  hasPlaceholderType: boolean;
  keyType: Type;
  valueType: Type;
  templated(registry: Registry, bindings: ReadonlyMap<string, Type>): Type;
  fieldLazy(value: unknown, key: string, node: ASTNode, evaluator: Evaluator): unknown;
  matches(other: Type): boolean;
}

/** The type checker. */
export interface Checker {
  check(node: ASTNode, context: Context): Type;
  getType(name: string): Type;
  createError(code: string, message: string, node: ASTNode): Error;
}

/** The evaluator. */
export interface Evaluator {
  run(node: ASTNode, context: Context): unknown;
  tryEval(node: ASTNode, context: Context): unknown;
  debugType(value: unknown): Type;
  debugTypeDeep(value: unknown): Type;
  createError(code: string, message: string, node?: ASTNode): Error;
  registry: Registry;
}

/** The variables that are visible to an expression. */
export interface Context {
  forkWithVariable(name: string, type: Type): Context;
  reuse(parent: Context): Context;
  setIterValue(value: unknown, evaluator: Evaluator): Context;
}

/** Functions, operators and types. */
export interface Registry {
  getType(name: string): Type;
  getListType(item: Type): Type;
  getMapType(key: Type, value: Type): Type;
  getOptionalType(value: Type): Type;
  functionCandidates(isMethod: boolean, name: string, count: number): Candidates;
  operatorCandidates(operator: string): Candidates;
}

/** The overloads of one name. */
export interface Candidates {
  declarations: Declaration[];
  macro: MacroDeclaration | false;
}

/** An overload. */
export interface Declaration {
  readonly signature: string;
  // deno-lint-ignore no-explicit-any -- the types are in the signature, which is a string
  readonly handler: (...args: any[]) => unknown;
}

/** A macro. */
export interface MacroDeclaration extends Declaration {
  readonly handler: (call: MacroCall) => Macro;
}

/** A call of a macro, as it is parsed. */
export interface MacroCall {
  ast: ASTNode;
  args: ASTNode[];
  receiver: ASTNode | null;
  parser: Library["parser"];
}

/** An expanded macro. */
export interface Macro {
  async?: boolean;
  typeCheck(checker: Checker, macro: Macro, context: Context): Type;
  evaluate(evaluator: Evaluator, macro: Macro, context: Context): unknown;
}

/** The lexer. */
export interface Lexer {
  input: string;
  pos: number;
  tokenPos: number;
  tokenType: number;
  tokenValue: unknown;
  token(pos: number, type: number, value: unknown): Lexer;
  nextToken(): Lexer;
  readString(quote: string, prefix?: string): Lexer;
  readNumber(): Lexer;
}

/**
 * Returns the parts of the library behind an environment. Defines the operator `int == double` to reach them, because
 * the library passes its evaluator to operators.
 */
export function openLibrary(environment: Environment): Library {
  let evaluator: Evaluator | undefined;
  environment.registerOperator("int == double: bool", (a: unknown, b: unknown, ...[, by]: unknown[]) => {
    evaluator ??= by as Evaluator;
    return a == b;
  });
  environment.evaluate("1 == 1.0");
  if (evaluator === undefined) throw new Error("the CEL library no longer passes its evaluator to operators");
  const { registry } = evaluator;
  // A function of our own makes the registry copy what it shares with other environments.
  environment.registerFunction("probe(ast): bool", () => ({}), { async: false });
  const probe = registry.functionCandidates(false, "probe", 1);
  const made: Partial<Library> = { evaluator, registry };
  const handler = ({ parser }: MacroCall): Macro => {
    made.parser = parser;
    return {
      async: false,
      typeCheck(checker) {
        made.checker = checker;
        return checker.getType("bool");
      },
      evaluate: () => true,
    };
  };
  probe.macro = { ...(probe.macro as MacroDeclaration), handler };
  environment.check("probe(1)");
  probe.macro = false;
  probe.declarations.length = 0;
  if (made.parser === undefined || made.checker === undefined) {
    throw new Error("the CEL library no longer passes its parser and type checker to macros");
  }
  return made as Library;
}

/**
 * Replaces the implementation of a function of the library, and of its variants for doubles if there are any.
 *
 * @param signature As the library writes it, for instance `string.trim(): string`.
 */
export function replaceFunction({ registry }: Library, signature: string, handler: Declaration["handler"]): void {
  const [, receiver, name, parameters] = /^(?:([\w.<>]+)\.)?(\w+)\((.*)\): /.exec(signature)!;
  const count = parameters === "" ? 0 : parameters!.split(", ").length;
  replace(registry.functionCandidates(receiver !== undefined, name!, count), signature, { handler });
}

/** Replaces the implementation of an operator of the library, for instance `int + int: int` or `-_int: int`. */
export function replaceOperator(
  { registry }: Library,
  operator: string,
  signature: string,
  changes: Partial<Declaration> & Record<string, unknown>,
): void {
  replace(registry.operatorCandidates(operator), signature, changes);
}

function replace(candidates: Candidates, signature: string, changes: Partial<Declaration>): void {
  const at = candidates.declarations.findIndex((declaration) => declaration.signature === signature);
  const declaration = candidates.declarations[at];
  if (declaration === undefined) throw new Error(`the CEL library no longer has ${signature}`);
  const { prototype } = declaration.constructor;
  candidates.declarations[at] = Object.assign(Object.create(prototype), declaration, changes);
}
