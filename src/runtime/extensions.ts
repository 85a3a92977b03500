import { kindsOf } from "../kind/engine/mod.ts";
import type { DataKind, Kind } from "../kind/mod.ts";
import { failure } from "../value/mod.ts";
import { type ModulesOptions, notLoaded, prepareModules } from "./extension_modules.ts";

/** Modules with additional kinds, loaded on the host. */
export interface Extensions {
  /** Their kinds, in the order of the modules. */
  readonly kinds: readonly Kind[];
  /** Their kinds of entries that hold data. */
  readonly dataKinds: readonly DataKind[];
  /** The URL of the module of each kind. */
  readonly origins: ReadonlyMap<Kind | DataKind, string>;
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
 * Loads modules with additional kinds. A module holds kinds of one place; executors never import one of the host.
 *
 * @throws {Error} If a module cannot be loaded, or exports no kind, or kinds of both places: it names the module.
 */
export async function loadExtensions(urls: readonly string[], options: ModulesOptions = {}): Promise<Extensions> {
  if (urls.length === 0) return NO_EXTENSIONS;
  const kinds: Kind[] = [];
  const dataKinds: DataKind[] = [];
  const origins = new Map<Kind | DataKind, string>();
  const onExecutors: string[] = [];
  const prepared = await prepareModules(urls, options);
  for (const url of urls) {
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
      throw notLoaded(url, thrown);
    }
  }
  return {
    kinds,
    dataKinds,
    origins,
    modules: onExecutors.map(prepared.urlOf),
    readable: await prepared.filesOf(onExecutors),
    files: prepared.files,
    isCurrent: prepared.isCurrent,
  };
}
