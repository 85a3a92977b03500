import { openTarget, type OpenTargetOptions, type Target } from "../../api/stored/mod.ts";
import { RegistryError } from "../../registry/mod.ts";
import { storeUrl } from "../../store/mod.ts";
import type { Terminal } from "./command.ts";
import { type Flag, type ParsedFlags, UsageError } from "./flag.ts";
import { DEFAULT_STORE, listOf, settings, storeOf, stringOf } from "./settings.ts";

/** The flags of every command that works on a store. */
export const STORE_FLAGS: readonly Flag[] = settings("store", "dependency");

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

/**
 * Opens the store of a command at head, without a runtime, and closes it after the work.
 *
 * @throws {Error} If the store does not exist.
 */
export async function withStore<T>(
  flags: ParsedFlags,
  terminal: Terminal,
  work: (target: Target) => Promise<T>,
  options: Pick<OpenTargetOptions, "missing" | "compiler"> = {},
): Promise<T> {
  const url = storeUrl(storeOf(flags));
  if (isTransient(url)) {
    throw new UsageError(
      `invalid --store ${JSON.stringify(url)}: expected a store that outlives the command, such as ${DEFAULT_STORE}`,
    );
  }
  const warn = (message: string) => terminal.warn(message);
  const dependencies = listOf(flags, "dependency");
  await using target = await openTarget(url, { missing: "error", ...options, warn, dependencies }).catch((error) => {
    if (!isMissing(error)) throw error;
    throw new Error(`${error.message}; run "weft apply" to create it`);
  });
  return await work(target);
}

function isMissing(error: unknown): error is RegistryError {
  return error instanceof RegistryError && error.code === "not_found";
}
