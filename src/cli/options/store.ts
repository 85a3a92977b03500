import { Registry } from "../../registry/mod.ts";
import { openStore, type Store } from "../../store/mod.ts";
import type { Terminal } from "./command.ts";
import { type Flag, type ParsedFlags, UsageError } from "./flag.ts";
import { DEFAULT_STORE, settings, stringOf } from "./settings.ts";

/** The flags of every command that works on a store. */
export const STORE_FLAGS: readonly Flag[] = settings("store");

/** The flags of commands that work on one namespace or on all. */
export const SCOPE_FLAGS: readonly Flag[] = [
  ...settings("namespace").map((flag) => ({ ...flag, summary: "Only this namespace (default: all)" })),
  { name: "all-namespaces", short: "A", type: "boolean", summary: "All namespaces, even if a setting names one" },
];

/** Returns the namespace that a command is limited to, or undefined for all. */
export function scopeOf(flags: ParsedFlags): string | undefined {
  return flags["all-namespaces"] === true ? undefined : stringOf(flags, "namespace");
}

/** Reports whether the contents of a store are lost when the program ends. */
export function isTransient(store: string): boolean {
  return /^(memory|nil):/.test(store);
}

/** Options of `withStore`. */
export interface StoreOptions {
  /**
   * What to do if the store does not exist: fail with an `error`, create a `new` one, or, for a command that writes
   * nothing, work on an `empty` one. Default `error`.
   */
  missing?: "error" | "new" | "empty";
}

/**
 * Opens the store of a command at head, without a runtime, and closes it after the work.
 *
 * @throws {Error} If the store does not exist.
 */
export async function withStore<T>(
  flags: ParsedFlags,
  terminal: Terminal,
  work: (registry: Registry, store: Store) => Promise<T>,
  { missing = "error" }: StoreOptions = {},
): Promise<T> {
  const url = stringOf(flags, "store") ?? DEFAULT_STORE;
  if (isTransient(url)) {
    throw new UsageError(
      `invalid --store ${JSON.stringify(url)}: expected a store that outlives the command, such as ${DEFAULT_STORE}`,
    );
  }
  const isMissing = missing !== "new" && !await exists(url);
  if (isMissing && missing === "error") throw new Error(`no such store: ${url}; run "weft apply" to create it`);
  await using store = await openStore(isMissing ? "memory:" : url);
  await using registry = new Registry(store.history, {
    dispatch: "none",
    warn: (message) => terminal.warn(message),
  });
  await registry.load();
  return await work(registry, store);
}

async function exists(store: string): Promise<boolean> {
  try {
    await Deno.stat(store.replace(/^sqlite:/, ""));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
