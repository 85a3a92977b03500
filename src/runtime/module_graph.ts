import { type AnyNode, parse } from "acorn";
import { stripTypeScriptTypes } from "node:module";

/** A part of a module's text. */
export interface Span {
  /** Where it starts, and where it ends, as indexes into the text. */
  readonly start: number;
  readonly end: number;
}

/** A specifier that a module imports, with the place of its literal. */
export interface Import extends Span {
  readonly specifier: string;
}

/** Where an import leads, and whether the module that Deno would import for the specifier is another. */
export interface Resolution {
  /** A URL, or a name that is left to Deno. */
  readonly target: string;
  readonly isMapped: boolean;
  /** Whether the target is a package, which is no part of the graph although it is a file. Default false. */
  readonly isPackage?: boolean;
}

/** A property of `import.meta` that a module reads. */
export interface MetaProperty extends Span {
  readonly property: string;
}

/** One file that code may import. */
export interface Module {
  readonly url: string;
  /** What the file holds. */
  readonly source: string;
  /**
   * The text that imports stand in: that of the file, or JavaScript where TypeScript needs more than the removal of
   * types. Undefined for a file that is no code.
   */
  readonly text: string | undefined;
  /** What it imports, by static imports and by `import()` of a literal. */
  readonly imports: readonly Import[];
  readonly metaProperties: readonly MetaProperty[];
}

/** A module of a graph: where each of its imports leads is known. */
export interface GraphModule extends Module {
  readonly imports: readonly (Import & Resolution)[];
}

/** Returns where an import of a module leads. */
export type Resolve = (imported: Import, module: Module) => Promise<Resolution>;

/**
 * Adds the files that a module consists of to a graph: itself and what it imports as files. What cannot be read or parsed
 * is left out: importing it tells why.
 *
 * @param graph The modules by their URL.
 * @param root A URL; nothing is added unless it is a `file:` URL.
 */
export async function addToGraph(graph: Map<string, GraphModule>, root: string, resolve: Resolve): Promise<void> {
  const open = [root].filter(isFile);
  for (let url = open.pop(); url !== undefined; url = open.pop()) {
    if (graph.has(url)) continue;
    const module = await readModule(url);
    if (module === undefined) continue;
    const imports = [];
    for (const imported of module.imports) imports.push({ ...imported, ...await resolve(imported, module) });
    graph.set(url, { ...module, imports });
    open.push(...imports.filter(({ isPackage }) => isPackage !== true).map(({ target }) => target).filter(isFile));
  }
}

/** Returns the modules that some of a graph consist of. */
export function reachable(graph: ReadonlyMap<string, GraphModule>, roots: readonly string[]): GraphModule[] {
  const found = new Set<GraphModule>();
  const open = [...roots];
  for (let url = open.pop(); url !== undefined; url = open.pop()) {
    const module = graph.get(url);
    if (module === undefined || found.has(module)) continue;
    found.add(module);
    open.push(...module.imports.map(({ target }) => target));
  }
  return [...found];
}

/** Reports whether a URL is that of a file that is no part of Weft itself, which is imported once and as it is. */
function isFile(url: string): boolean {
  return url.startsWith("file:") && !url.startsWith(OWN);
}

// the types of newer versions of Node do not know it; an extension's packages may bring them
const TRANSFORM = { mode: "transform" } as unknown as { mode: "strip" };

const OWN = new URL("../", import.meta.url).href;

async function readModule(url: string): Promise<Module | undefined> {
  try {
    const source = await Deno.readTextFile(new URL(url));
    if (/\.[cm]?[jt]s$/.test(url)) return parseModule(url, source);
    return { url, source, text: undefined, imports: [], metaProperties: [] };
  } catch {
    return undefined;
  }
}

/** @throws {Error} If it is no JavaScript or TypeScript. */
function parseModule(url: string, source: string): Module {
  let text = source;
  let code = source;
  if (/ts$/.test(url)) {
    try {
      // leaves blanks in place of types, so that places in the code are places in the text
      code = stripTypeScriptTypes(source, { mode: "strip" });
    } catch {
      text = code = stripTypeScriptTypes(source, TRANSFORM);
    }
  }
  const imports: Import[] = [];
  const metaProperties: MetaProperty[] = [];
  visit(parse(code, { ecmaVersion: "latest", sourceType: "module" }), (node) => {
    if ("source" in node && node.source?.type === "Literal" && typeof node.source.value === "string") {
      const { value, start, end } = node.source;
      imports.push({ specifier: value, start, end });
    } else if (node.type === "MemberExpression" && node.object.type === "MetaProperty" && !node.computed) {
      const property = (node.property as { name: string }).name;
      metaProperties.push({ property, start: node.start, end: node.end });
    }
  });
  return { url, source, text, imports, metaProperties };
}

/** Visits a syntax tree. Does not recurse, because a file may nest deeply. */
function visit(root: AnyNode, enter: (node: AnyNode) => void): void {
  const open: unknown[] = [root];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== "object" || next === null) continue;
    if (Array.isArray(next)) open.push(...next.toReversed());
    else {
      const node = next as AnyNode;
      if (typeof node.type !== "string") continue;
      enter(node);
      open.push(...Object.values(node).filter((child) => typeof child === "object" && child !== null).toReversed());
    }
  }
}
