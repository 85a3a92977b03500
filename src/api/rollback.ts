import { type ChangeOptions, type ChangeReport, changeStore } from "./change.ts";
import type { Target } from "./target.ts";

/** Options of `rollback`. */
export interface RollbackOptions extends ChangeOptions {
  /** The only namespace to restore, as a new version. Default: all, by moving head. */
  readonly namespace?: string | undefined;
}

/**
 * Moves head to a version, older or newer than head, which creates no version; or restores one namespace as it was in
 * that version, as a new version.
 *
 * @throws {RegistryError} `not_found`, if the version is unknown.
 * @throws {HeadMovedError} If head is not `base`.
 */
export async function rollback(target: Target, version: number, options: RollbackOptions = {}): Promise<ChangeReport> {
  const { registry } = target;
  const { namespace } = options;
  const delta = () => registry.delta(registry.version.id, version);
  if (namespace === undefined) {
    return await changeStore(target, options, {
      plan: async () => ({ operations: await delta() }),
      save: (_, options) => registry.jump(version, options),
    });
  }
  return await changeStore(target, options, {
    plan: async () => ({ operations: (await delta()).filter(({ id }) => id.namespace === namespace) }),
  });
}
