import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { asError, failure } from "../value/mod.ts";
import { ImportMaps } from "./import_map.ts";
import { findInstalled } from "./installed_module.ts";
import { resolveInstalled } from "./installed_package.ts";
import { addToGraph, type GraphModule, type Import, type Module, reachable, type Resolution } from "./module_graph.ts";

/** Whether this is the package of npm, where Deno imports packages from `node_modules` alone. */
const IS_PACKAGE = import.meta.url.includes("/node_modules/");

/** The modules of extensions, ready to be imported. */
export interface ExtensionModules {
  /** Returns the URL to import a module by. */
  urlOf(url: string): string;
  /** Returns the files that some modules consist of, where they are imported from. */
  filesOf(urls: readonly string[]): URL[];
  /** The paths of the files that all of them consist of. */
  readonly files: readonly string[];
  /** Reports whether these files still hold what they held when they were read. */
  isCurrent(): Promise<boolean>;
}

/** Options of `prepareModules`. */
export interface ModulesOptions {
  /** The folder for copies. If it is set, copies are imported in any case: the modules may have been imported before. */
  folder?: string;
  /** Where modules are listed, `weft.yaml:3:5`, by their URLs. */
  positions?: ReadonlyMap<string, string>;
}

/**
 * Makes modules of extensions ready to be imported. A running Deno knows the names of one `deno.json` only, the one that
 * Weft was started with. Where the files beside a module map a name to something else, copies are imported, with the
 * targets in place of the names; `import.meta.url` stays that of the original.
 *
 * @throws {Error} If a module imports a name that nothing maps, with its position.
 */
export async function prepareModules(
  urls: readonly string[],
  { folder, positions }: ModulesOptions = {},
): Promise<ExtensionModules> {
  const maps = new ImportMaps();
  const graph = new Map<string, GraphModule>();
  for (const url of urls) {
    try {
      await addToGraph(graph, url, (imported, module) => resolutionOf(imported, module, maps));
    } catch (thrown) {
      throw notLoaded(url, thrown, positions?.get(url));
    }
  }
  const modules = [...graph.values()];
  const isCopied = folder !== undefined || modules.some(({ imports }) => imports.some(({ isMapped }) => isMapped));
  const urlOf = isCopied ? await copyModules(graph, folder ?? await extensionFolder()) : (url: string) => url;
  return {
    urlOf,
    filesOf: (urls) => reachable(graph, urls).map(({ url }) => urlOf(url)).sort().map((url) => new URL(url)),
    files: modules.map(({ url }) => fileURLToPath(url)),
    async isCurrent() {
      const sources = await Promise.all(modules.map(({ url }) => Deno.readTextFile(new URL(url)).catch(() => {})));
      return modules.every(({ source }, index) => source === sources[index]);
    },
  };
}

/**
 * Returns the error of an extension that cannot be loaded.
 *
 * @param position Where it is listed.
 */
export function notLoaded(url: string | undefined, thrown: unknown, position?: string): Error {
  const where = position === undefined ? "" : `${position}: `;
  return failure(`${where}extension ${url} cannot be loaded`, { cause: asError(thrown) });
}

async function resolutionOf(imported: Import, module: Module, maps: ImportMaps): Promise<Resolution> {
  const { specifier } = imported;
  if (/^\.{0,2}\//.test(specifier)) return { target: new URL(specifier, module.url).href, isMapped: false };
  const mapped = await maps.resolve(specifier, module.url) ?? specifier;
  // whatever version of Weft's own modules is named, a kind is run by this one
  const own = /^(?:(?:npm|jsr):\/?)?(@weft\/weft)(?:@[^/]*)?(\/.*)?$/.exec(mapped);
  const name = own === null ? specifier : `${own[1]}${own[2] ?? ""}`;
  const known = resolveOwn(name);
  if (IS_PACKAGE) {
    const resolved = await packageResolution({ specifier, mapped, known, isOwn: own !== null }, module.url);
    if (resolved !== undefined) return resolved;
  }
  if (own !== null && known !== undefined) return { target: name, isMapped: name !== specifier };
  // what is installed beside the module is what its author means; without a name of its own, Weft's is meant
  const installed = known === undefined || mapped !== specifier ? await findInstalled(mapped, module.url) : undefined;
  if (installed !== undefined) return { target: installed, isMapped: true };
  // a package that is installed is resolved to a file
  if (mapped !== specifier && resolveOwn(mapped) !== known) return { target: mapped, isMapped: true };
  // left to Deno; what it leads to is part of Weft, or a package
  if (known !== undefined) return { target: specifier, isMapped: false };
  throw failure(
    `${
      positionOf(imported, module)
    }: unknown import "${specifier}": expected a path, an npm: specifier, or a name that ` +
      `"imports" of a deno.json or "dependencies" of a package.json beside it maps`,
  );
}

/**
 * Returns where the name of a package leads that is imported by an extension of Weft as a package of npm: to what npm has
 * installed for the extension, or else to a package that Weft itself uses. Undefined if it is neither.
 *
 * @param mapped What the files beside the extension map it to.
 * @param known What Weft itself would import.
 */
async function packageResolution(
  { specifier, mapped, known, isOwn }: { specifier: string; mapped: string; known: string | undefined; isOwn: boolean },
  url: string,
): Promise<Resolution | undefined> {
  if (/^(?:node|file|data|https?):/.test(mapped)) return undefined;
  const name = mapped.replace(/^npm:\/?((?:@[^/]+\/)?[^/@]+)(?:@[^/]*)?/, "$1");
  const installed = await resolveInstalled(specifier, url) ?? await resolveInstalled(name, url);
  const target = isOwn ? known : installed ?? known ?? resolveOwn(name);
  if (target === undefined) return undefined;
  // Deno finds by itself what is installed under the name that is imported
  return { target, isMapped: target !== installed || name !== specifier, isPackage: true };
}

/** Returns what a specifier means by the `deno.json` that Weft was started with; undefined for a name not in it. */
function resolveOwn(specifier: string): string | undefined {
  try {
    return import.meta.resolve(specifier);
  } catch {
    return undefined;
  }
}

function positionOf({ start }: Import, { url, text }: Module): string {
  const lines = text!.slice(0, start).split("\n");
  return `${fileURLToPath(url)}:${lines.length}:${lines.at(-1)!.length + 1}`;
}

/** Writes copies of modules into a new folder in a folder. @returns The URL of the copy of a module. */
async function copyModules(
  graph: ReadonlyMap<string, GraphModule>,
  parent: string,
): Promise<(url: string) => string> {
  const folder = await Deno.makeTempDir({ dir: parent });
  const root = commonFolder([...graph.keys()].map((url) => fileURLToPath(url)));
  const pathOf = (url: string) => join(folder, relative(root, fileURLToPath(url)));
  const urlOf = (url: string) => graph.has(url) ? pathToFileURL(pathOf(url)).href : url;
  for (const module of graph.values()) {
    const path = pathOf(module.url);
    await Deno.mkdir(dirname(path), { recursive: true });
    if (module.text === undefined) await Deno.copyFile(new URL(module.url), path);
    else await Deno.writeTextFile(path, rewritten(module, urlOf));
  }
  return urlOf;
}

/** Returns a module's text with targets for specifiers, and with the properties of the original's `import.meta`. */
function rewritten({ url, text, imports, metaProperties }: GraphModule, urlOf: (url: string) => string): string {
  const path = fileURLToPath(url);
  const meta: Record<string, string> = { url, filename: path, dirname: dirname(path) };
  const edits = [
    ...imports.map((imported) => ({ ...imported, by: JSON.stringify(urlOf(imported.target)) })),
    ...metaProperties.filter(({ property }) => Object.hasOwn(meta, property))
      .map((read) => ({ ...read, by: JSON.stringify(meta[read.property]) })),
  ];
  let result = text!;
  for (const { start, end, by } of edits.sort((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + by + result.slice(end);
  }
  return result;
}

/** Returns the deepest folder that all files are in. */
function commonFolder(paths: readonly string[]): string {
  const isWithin = (folder: string) => paths.every((path) => !relative(folder, path).startsWith(".."));
  let folder = dirname(paths[0] ?? "/");
  while (!isWithin(folder)) folder = dirname(folder);
  return folder;
}

/**
 * Makes a folder for copies of modules, which is removed when the program ends. Where the program may not write to the
 * folder of temporary files, it is in `.weft`, beside the default store.
 */
export async function extensionFolder(): Promise<string> {
  const folder = await Deno.realPath(await makeFolder("weft-extension-"));
  addEventListener("unload", () => {
    try {
      Deno.removeSync(folder, { recursive: true });
    } catch {
      // it is gone already
    }
  });
  return folder;
}

async function makeFolder(prefix: string): Promise<string> {
  try {
    return await Deno.makeTempDir({ prefix });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    await Deno.mkdir(".weft", { recursive: true });
    return await Deno.makeTempDir({ prefix, dir: ".weft" });
  }
}
