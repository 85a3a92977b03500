import type { Compiler } from "../compiler/mod.ts";
import type { Kind } from "../kind/mod.ts";
import { Registry, RegistryError } from "../registry/mod.ts";
import { registerDependencies } from "../runtime/stored/mod.ts";
import type { Scheme } from "../spec/mod.ts";
import { isRemote, openStore, type Store, storeName, storeUrl } from "../store/mod.ts";

/** What calls work on: a store, and a registry that is at a version of it. A `Runtime` is one. */
export interface Target {
  /** The specs, at a version. */
  readonly registry: Registry;
  /** Where the versions are kept. */
  readonly store: Store;
  /** The namespace of names and specs that state none. Default `default`. */
  readonly namespace?: string;
  /** The kinds of its specs. Default: the built-in ones. */
  readonly scheme?: Scheme<Kind>;
  /**
   * Parses the code in specs. Default: a thread that is started for each call that has code to check.
   *
   * @internal
   */
  readonly compiler?: Compiler;
}

/** Options of `openTarget`. */
export interface OpenTargetOptions {
  /**
   * What to do if the store does not exist: fail with an `error`, create a `new` one, or, for a caller that writes
   * nothing, work on an `empty` one. Default `error`.
   */
  readonly missing?: "error" | "new" | "empty";
  /** Called with warnings. Default `console.warn`. */
  readonly warn?: (message: string) => void;
  /** Where entries name what they depend on: `meta.server`, `data.imports.*`. Default: `meta.depends_on` alone. */
  readonly dependencies?: readonly string[];
  /**
   * See `Target`.
   *
   * @internal
   */
  readonly compiler?: Compiler | undefined;
}

/**
 * Opens a store without running its specs. Runtimes on the store follow what is changed there.
 *
 * @param given The URL of the store: `sqlite:PATH`, the path of a SQLite file, or as `openStore` takes it.
 * @throws {RegistryError} `not_found`, if the store does not exist; otherwise as `openStore`.
 */
export async function openTarget(
  given: string,
  { missing = "error", ...options }: OpenTargetOptions = {},
): Promise<Target & AsyncDisposable> {
  const store = await openExisting(storeUrl(given), missing);
  try {
    const target = await targetOn(store, options);
    return { ...target, [Symbol.asyncDispose]: () => store.close() };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Opens a store; does what the options say if it does not exist. */
async function openExisting(url: string, missing: "error" | "new" | "empty"): Promise<Store> {
  if (missing === "new") return await openStore(url);
  try {
    if (!await exists(url)) throw new RegistryError("not_found", `no such store: ${storeName(url)}`);
    return await openStore(url, { create: false });
  } catch (error) {
    if (missing === "error" || !(error instanceof RegistryError && error.code === "not_found")) throw error;
    return await openStore("memory:");
  }
}

/** Returns a target on an open store, at its head, without running its specs. */
export async function targetOn(
  store: Store,
  { warn, dependencies = [], compiler }: Omit<OpenTargetOptions, "missing"> = {},
): Promise<Target> {
  const registry = new Registry(store.history, { dispatch: "none", ...warn !== undefined && { warn } });
  registerDependencies(registry, dependencies);
  await registry.load();
  return { registry, store, ...compiler !== undefined && { compiler } };
}

async function exists(url: string): Promise<boolean> {
  if (/^(memory|nil):/.test(url) || isRemote(url)) return true;
  try {
    await Deno.stat(url.replace(/^sqlite:/, ""));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
