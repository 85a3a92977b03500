import { parseExpressionAt } from "acorn";
import { join } from "node:path";
import { asError } from "../value/mod.ts";

/** The parts of a `deno.json` or `package.json` that say what names of modules mean, and which modules it exports. */
export interface PackageConfig {
  exports?: string | Record<string, string>;
  imports?: Record<string, string>;
  scopes?: Record<string, Record<string, string>>;
  importMap?: string;
  /** The module that a package stands for, if it has no `exports`. */
  main?: string;
  dependencies?: Record<string, string>;
}

/** Reads the `deno.json` or `deno.jsonc` of a folder. @returns Undefined if there is neither. */
export async function readDenoConfig(folder: string): Promise<PackageConfig | undefined> {
  return await readPackageConfig(join(folder, "deno.json")) ?? await readPackageConfig(join(folder, "deno.jsonc"));
}

/**
 * Reads a file of JSON that may have comments and commas at ends.
 *
 * @returns Undefined if there is none.
 * @throws {Error} If it is no JSON, with its path.
 */
export async function readPackageConfig(path: string): Promise<PackageConfig | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    return withComments(text) ?? fail(`${path}: ${asError(error).message}`);
  }
}

/** Returns the value of JSON with comments and commas at ends; undefined if it is something else. */
function withComments(text: string): PackageConfig | undefined {
  try {
    // read as an expression whose strings, numbers, lists and maps are the value
    return valueOf(parseExpressionAt(text, 0, { ecmaVersion: "latest" }) as unknown as Literals) as PackageConfig;
  } catch {
    return undefined;
  }
}

function fail(message: string): never {
  throw new Error(message);
}

type Literals =
  | { type: "Literal"; value: unknown }
  | { type: "ArrayExpression"; elements: Literals[] }
  | { type: "ObjectExpression"; properties: { key: { value: string }; value: Literals }[] };

function valueOf(node: Literals): unknown {
  if (node.type === "Literal") return node.value;
  if (node.type === "ArrayExpression") return node.elements.map(valueOf);
  return Object.fromEntries(node.properties.map(({ key, value }) => [key.value, valueOf(value)]));
}
