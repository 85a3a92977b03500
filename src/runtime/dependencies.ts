import type { Registry } from "../registry/mod.ts";

/**
 * Registers where entries name what they depend on: paths from `meta` or `data`, in which `*` matches any key or item.
 * Entries are created after those that they depend on, and deleted before them.
 *
 * @throws {Error} If a path begins with neither.
 */
export function registerDependencies(registry: Pick<Registry, "registerPattern">, paths: readonly string[]): void {
  for (const path of paths) {
    if (!/^(?:meta|data)(?:\.[^.]+)+$/.test(path)) {
      throw new Error(
        `invalid path ${JSON.stringify(path)} of dependencies: expected one such as meta.server or data.imports.*`,
      );
    }
    registry.registerPattern({ path, allowWildcard: path.includes("*") });
  }
}
