import { type AnyNode, parse } from "acorn";
import { stripTypeScriptTypes } from "node:module";
import { dirname, relative } from "node:path/posix";
import type { ImportMap } from "./import_map.ts";

/** What a module's text depends on, besides its source. */
export interface ModuleContext {
  /** Its path from the root of the project. */
  readonly path: string;
  readonly imports: ImportMap;
  /** The packages of npm that modules import, as `NAME@VERSION`: those of this one are added. */
  readonly used: Set<string>;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Returns a module in JavaScript: without types, with `.js` for `.ts` in what it imports and in its `new URL(...,
 * import.meta.url)`, and with paths and packages for the names of the import map, as Deno applies no import map below
 * `node_modules`.
 */
export function javaScriptOf(source: string, context: ModuleContext): string {
  const text = withoutTypes(source);
  const edits: Edit[] = [];
  visit(parse(text, { ecmaVersion: "latest", sourceType: "module" }), (node) => {
    const literal = specifierOf(node);
    if (literal === undefined) return;
    const specifier = rewritten(literal.value, context);
    if (specifier !== literal.value) {
      edits.push({ start: literal.start, end: literal.end, text: JSON.stringify(specifier) });
    }
  });
  let result = text;
  for (const { start, end, text } of edits.sort((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + text + result.slice(end);
  }
  return result;
}

function withoutTypes(source: string): string {
  try {
    // leaves blanks in place of types, so that lines and columns in traces are those of the source
    return stripTypeScriptTypes(source, { mode: "strip" }).replace(/[ \t]+$/gm, "");
  } catch {
    return stripTypeScriptTypes(source, { mode: "transform" });
  }
}

function rewritten(specifier: string, { path, imports, used }: ModuleContext): string {
  if (/^\.{1,2}\//.test(specifier)) {
    if (specifier.endsWith("/deno.json")) return specifier.replace(/deno\.json$/, "package.json");
    return specifier.replace(/\.ts$/, ".js");
  }
  const target = imports(specifier);
  if (target === undefined) return specifier;
  if ("file" in target) {
    const to = relative(dirname(path), target.file).replace(/\.ts$/, ".js");
    return to.startsWith(".") ? to : `./${to}`;
  }
  used.add(`${target.package}@${target.version}`);
  return target.package + target.path;
}

interface StringLiteral {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** Returns the specifier in an import, an export, or a `new URL` or `import.meta.resolve` of one. */
function specifierOf(node: AnyNode): StringLiteral | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
    case "ImportExpression":
      return stringOf(node.source);
    case "NewExpression":
      return node.callee.type === "Identifier" && node.callee.name === "URL" && isMeta(node.arguments[1], "url")
        ? stringOf(node.arguments[0])
        : undefined;
    case "CallExpression":
      return isMeta(node.callee, "resolve") ? stringOf(node.arguments[0]) : undefined;
  }
}

function isMeta(node: AnyNode | undefined, property: string): boolean {
  return node?.type === "MemberExpression" && node.object.type === "MetaProperty" &&
    node.property.type === "Identifier" && node.property.name === property;
}

function stringOf(node: AnyNode | null | undefined): StringLiteral | undefined {
  return node?.type === "Literal" && typeof node.value === "string" ? node as StringLiteral & AnyNode : undefined;
}

/** Visits a syntax tree. */
function visit(node: unknown, enter: (node: AnyNode) => void): void {
  if (Array.isArray(node)) { for (const each of node) visit(each, enter); }
  else if (typeof node === "object" && node !== null && typeof (node as AnyNode).type === "string") {
    enter(node as AnyNode);
    for (const child of Object.values(node)) visit(child, enter);
  }
}
