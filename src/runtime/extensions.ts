import { fileURLToPath } from "node:url";
import { kindsOf } from "../kind/engine/mod.ts";
import type { DataKind, Kind } from "../kind/mod.ts";
import { failure } from "../value/mod.ts";
import { type ModulesOptions, notLoaded, prepareModules } from "./extension_modules.ts";
import { readDenoConfig } from "./package_config.ts";

/** Modules with additional kinds, loaded on the host. */
export interface Extensions {
  /** Their kinds, in the order of the modules. */
  readonly kinds: readonly Kind[];
  /** Their kinds of entries that hold data. */
  readonly dataKinds: readonly DataKind[];
  /** The URL of the module of each kind. */
  readonly origins: ReadonlyMap<Kind | DataKind, string>;
  /** Where modules are listed, by their URLs. */
  readonly positions?: ReadonlyMap<string, string>;
  /** URLs of the modules that executors import: those whose kinds run there. */
  readonly modules: readonly string[];
  /** The files that executors may read for that: the module graph of `modules`. */
  readonly readable: readonly URL[];
  /** The paths of all files that the modules consist of. */
  readonly files: readonly string[];
  /** Reports whether these files still hold what they held when they were loaded. */
  isCurrent(): Promise<boolean>;
}

/** No extensions. */
export const NO_EXTENSIONS: Extensions = {
  kinds: [],
  dataKinds: [],
  origins: new Map(),
  modules: [],
  readable: [],
  files: [],
  isCurrent: () => Promise.resolve(true),
};

/**
 * Loads modules with additional kinds. A module holds kinds of one place; executors never import one of the host. A URL of
 * a folder stands for the modules that its `deno.json` exports, or for its `mod.ts`.
 *
 * @throws {Error} If a module cannot be loaded, or exports no kind, or kinds of both places: it names the module.
 */
export async function loadExtensions(urls: readonly string[], options: ModulesOptions = {}): Promise<Extensions> {
  if (urls.length === 0) return NO_EXTENSIONS;
  const kinds: Kind[] = [];
  const dataKinds: DataKind[] = [];
  const origins = new Map<Kind | DataKind, string>();
  const onExecutors: string[] = [];
  const listed = await Promise.all(urls.map(async (url) => ({ url, modules: await modulesOf(url, options) })));
  const all = listed.flatMap(({ modules }) => modules);
  const positions = new Map(
    listed.flatMap(({ url, modules }) => {
      const position = options.positions?.get(url);
      return position === undefined ? [] : modules.map((module): [string, string] => [module, position]);
    }),
  );
  const prepared = await prepareModules(all, { ...options, positions });
  for (const url of all) {
    try {
      const module = kindsOf(await import(prepared.urlOf(url)));
      const own = module.kinds;
      kinds.push(...own);
      dataKinds.push(...module.dataKinds);
      for (const kind of [...own, ...module.dataKinds]) origins.set(kind, url);
      const host = own.find(({ place }) => place === "host");
      const other = own.find(({ place }) => place !== "host");
      if (host !== undefined && other !== undefined) {
        throw failure(
          `kind "${host.name}" runs on the host and kind "${other.name}" does not: put them into two modules`,
        );
      }
      if (host === undefined && other !== undefined) onExecutors.push(url);
    } catch (thrown) {
      throw notLoaded(url, thrown, positions.get(url));
    }
  }
  return {
    positions,
    kinds,
    dataKinds,
    origins,
    modules: onExecutors.map(prepared.urlOf),
    readable: prepared.filesOf(onExecutors),
    files: prepared.files,
    isCurrent: prepared.isCurrent,
  };
}

/**
 * Returns the URLs of the modules that an extension consists of: those that the `deno.json` of a folder exports, or its
 * `mod.ts`.
 */
async function modulesOf(url: string, { positions }: ModulesOptions): Promise<string[]> {
  if (!url.startsWith("file:") || !await isFolder(url)) return [url];
  const folder = new URL(url.endsWith("/") ? url : `${url}/`);
  const main = new URL("mod.ts", folder);
  try {
    const exports = (await readDenoConfig(fileURLToPath(folder)))?.exports;
    if (exports !== undefined) {
      return (typeof exports === "string" ? [exports] : Object.values(exports)).map((file) =>
        new URL(file, folder).href
      );
    }
    await Deno.stat(main);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw notLoaded(url, error, positions?.get(url));
    throw notLoaded(url, failure('expected "exports" in its deno.json, or a file mod.ts'), positions?.get(url));
  }
  return [main.href];
}

async function isFolder(url: string): Promise<boolean> {
  try {
    return (await Deno.stat(new URL(url))).isDirectory;
  } catch {
    return false; // importing it tells what is wrong
  }
}
