import { Registry } from "../../registry/mod.ts";
import { openStore, type Store } from "../../store/mod.ts";
import type { Terminal } from "./command.ts";
import { type Flag, type ParsedFlags, UsageError } from "./flag.ts";
import { DEFAULT_STORE, settings, textOf } from "./settings.ts";

/** The flags of every command that works on a store. */
export const STORE_FLAGS: readonly Flag[] = settings("store");

/** The flag of commands that show or change one namespace, or all. */
export const SCOPE_FLAGS: readonly Flag[] = [
  ...settings("namespace").map((flag) => ({ ...flag, summary: "Only of this namespace. Default all." })),
  {
    name: "all-namespaces",
    short: "A",
    type: "flag",
    summary: "Of all namespaces, whatever the settings say.",
  },
];

/** The namespace that a command is confined to; undefined for all. */
export function scopeOf(given: ParsedFlags): string | undefined {
  return given["all-namespaces"] === true ? undefined : textOf(given, "namespace");
}

/** Whether what is kept in a store is gone when the program ends. */
export function isTransient(store: string): boolean {
  return /^(memory|nil):/.test(store);
}

/** How a store is opened. */
export interface StoreOptions {
  /**
   * What a store that is not there is: an `error`, to be made `new`, or, for a command that writes nothing, taken as
   * `empty`. Default `error`.
   */
  missing?: "error" | "new" | "empty";
}

/**
 * Opens the store that a command works on, at head, without a runtime; closes it after the work.
 *
 * @throws {Error} If there is no such store.
 */
export async function withStore<T>(
  given: ParsedFlags,
  terminal: Terminal,
  work: (registry: Registry, store: Store) => Promise<T>,
  { missing = "error" }: StoreOptions = {},
): Promise<T> {
  const url = textOf(given, "store") ?? DEFAULT_STORE;
  if (isTransient(url)) {
    throw new UsageError(`--store ${url} lasts as long as the program that opens it; name a file`);
  }
  const isMissing = missing !== "new" && !await isThere(url);
  if (isMissing && missing === "error") throw new Error(`there is no store ${url}; weft apply makes one`);
  await using store = await openStore(isMissing ? "memory:" : url);
  await using registry = new Registry(store.history, {
    dispatch: "none",
    warn: (message) => terminal.warn(message),
  });
  await registry.load();
  return await work(registry, store);
}

async function isThere(store: string): Promise<boolean> {
  try {
    await Deno.stat(store.replace(/^sqlite:/, ""));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
