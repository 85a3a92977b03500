import type * as acorn from "acorn";
import { codeError } from "../code_error.ts";
import { GLOBAL_NAMES } from "../realm/realm.ts";
import type { EnvRead } from "../parsed_code.ts";
import { IMPORT_HINT } from "./export_rewriting.ts";
import { eachNode } from "./syntax.ts";

/** What the code of a module says about itself before it runs. */
export interface Survey {
  /** Every identifier, names of fields included. */
  names: ReadonlySet<string>;
  /** Names that the code reads or assigns and declares nowhere. */
  free: ReadonlySet<string>;
  /** Free names that the code also sets on the global object. */
  replaced: ReadonlySet<string>;
  /** Objects a field of which is assigned that a built-in may forbid, see `SHIELDED`. No name: `Symbol.iterator`. */
  assigned: readonly { object: acorn.Node; name: string | undefined }[];
  /** Whether the code names `env` and its top level declares no such name. */
  seesEnv: boolean;
  /** Where the code reads `env`; unknown, and empty, if it declares that name somewhere. */
  env: readonly EnvRead[];
}

/** The name by which code sees what its node has bound. */
export const ENV = "env";

/**
 * Names of fields that built-ins hold as read-only data, because V8 is much slower if they are accessors: an assignment to
 * one on an object that inherits it is rewritten.
 */
const SHIELDED: ReadonlySet<string> = new Set(["constructor", "exec", "test", "compile", "next", "stackTraceLimit"]);

/** Surveys the tree of a module. @throws {CodeError} If it imports, or waits at its top level. */
export function surveyModule(tree: acorn.Program): Survey {
  const names = new Set<string>();
  const references = new Set<string>();
  const declared = new Set<string>();
  const fields = new Set<acorn.Node>(); // identifiers that name a field or a label
  const replaced = new Set<string>();
  const assigned: { object: acorn.Node; name: string | undefined }[] = [];
  const env: EnvRead[] = [];
  const fieldsOfEnv = new Map<acorn.Node, string>();
  eachNode(tree, (node) => {
    switch (node.type) {
      case "Identifier":
        names.add((node as acorn.Identifier).name);
        if (!fields.has(node)) {
          references.add((node as acorn.Identifier).name);
          if ((node as acorn.Identifier).name === ENV) {
            const name = fieldsOfEnv.get(node);
            env.push({ offset: node.start, ...name !== undefined && { name } });
          }
        }
        break;
      case "MemberExpression": {
        const { computed, property, object, optional } = node as acorn.MemberExpression;
        const name = fieldName(node as acorn.MemberExpression);
        if (name !== undefined && !optional) fieldsOfEnv.set(object, name);
        if (!computed) fields.add(property);
        break;
      }
      case "Property":
      case "PropertyDefinition":
      case "MethodDefinition": {
        const { computed, key, shorthand } = node as acorn.Property;
        if (!computed && !shorthand) fields.add(key);
        break;
      }
      case "LabeledStatement":
      case "BreakStatement":
      case "ContinueStatement": {
        const { label } = node as acorn.LabeledStatement;
        if (label) fields.add(label);
        break;
      }
      case "AssignmentExpression": {
        const { left, operator } = node as acorn.AssignmentExpression;
        if (left.type !== "MemberExpression" || operator !== "=") break;
        const { object, property } = left;
        const name = fieldName(left);
        if (object.type === "Identifier" && GLOBAL_NAMES.includes(object.name) && name !== undefined) {
          replaced.add(name);
        }
        if (object.type === "Super") break;
        if (name !== undefined ? SHIELDED.has(name) : isIterator(property)) assigned.push({ object, name });
        break;
      }
      case "ImportExpression":
        throw codeError("a snippet cannot import", node.start, IMPORT_HINT);
      case "MetaProperty": {
        const { meta, property } = node as acorn.MetaProperty;
        if (meta.name === "import") throw codeError("a snippet cannot use `import.meta`", node.start);
        fields.add(meta).add(property);
        break;
      }
      case "VariableDeclarator":
        declare((node as acorn.VariableDeclarator).id, declared);
        break;
      case "CatchClause":
        declare((node as acorn.CatchClause).param, declared);
        break;
      case "ClassDeclaration":
      case "ClassExpression":
        declare((node as acorn.Class).id, declared);
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression": {
        const { id, params } = node as acorn.Function;
        declare(id, declared);
        for (const param of params) declare(param, declared);
      }
    }
  });
  const top = surveyTopLevel(tree);
  const free = [...references].filter((name) => GLOBAL_NAMES.includes(name) ? !top.has(name) : !declared.has(name));
  return {
    names,
    free: new Set(free),
    replaced,
    assigned,
    seesEnv: references.has(ENV) && !top.has(ENV),
    env: free.includes(ENV) ? env : [],
  };
}

/** Returns the names that the top level declares. @throws {CodeError} If it waits. */
function surveyTopLevel(tree: acorn.Program): Set<string> {
  const declared = new Set<string>();
  for (const statement of tree.body) {
    const node = /^Export(Named|Default)/.test(statement.type)
      ? (statement as acorn.ExportNamedDeclaration).declaration
      : statement;
    if (node?.type === "VariableDeclaration") { for (const { id } of node.declarations) declare(id, declared); }
    else if (node?.type === "FunctionDeclaration" || node?.type === "ClassDeclaration") declare(node.id, declared);
  }
  eachNode(tree, (node) => {
    const waits = node.type === "AwaitExpression" ||
      (node.type === "ForOfStatement" && (node as acorn.ForOfStatement).await);
    if (waits) {
      throw codeError("`await` is not allowed at the top level", node.start, "use `await` inside an async function");
    }
    if (node.type === "VariableDeclaration" && (node as acorn.VariableDeclaration).kind === "var") {
      for (const { id } of (node as acorn.VariableDeclaration).declarations) declare(id, declared);
    }
    return !/Function/.test(node.type);
  });
  return declared;
}

/** Adds the names that a pattern declares. */
function declare(pattern: acorn.Pattern | null | undefined, into: Set<string>): void {
  if (pattern == null) return;
  switch (pattern.type) {
    case "Identifier":
      into.add(pattern.name);
      return;
    case "AssignmentPattern":
      return declare(pattern.left, into);
    case "RestElement":
      return declare(pattern.argument, into);
    case "ArrayPattern":
      for (const element of pattern.elements) declare(element, into);
      return;
    case "ObjectPattern":
      for (const property of pattern.properties) {
        declare(property.type === "Property" ? property.value : property, into);
      }
  }
}

/** Returns the name of the field that a member expression stands for, undefined if it is computed. */
function fieldName({ computed, property }: acorn.MemberExpression): string | undefined {
  if (property.type === "Literal" && typeof property.value === "string") return property.value;
  return !computed && property.type === "Identifier" ? property.name : undefined;
}

/** Reports whether an expression is `Symbol.iterator`. */
function isIterator(node: acorn.Node): boolean {
  if (node.type !== "MemberExpression") return false;
  const { object } = node as acorn.MemberExpression;
  return object.type === "Identifier" && object.name === "Symbol" &&
    fieldName(node as acorn.MemberExpression) === "iterator";
}
