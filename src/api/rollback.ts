import { ConflictError, signatureOf } from "../registry/mod.ts";
import { type ChangeOptions, type ChangeReport, changeStore, explainMove, namespacesOf, reportOf } from "./change.ts";
import { HeadMovedError } from "./errors.ts";
import { liveRuntimes } from "./runtime_instances.ts";
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
  const { namespace } = options;
  if (namespace === undefined) return await moveHead(target, version, options);
  const { registry } = target;
  return await changeStore(target, options, async (head) => {
    const operations = await registry.delta(head.version, version);
    return {
      operations: operations.filter(({ id }) => id.namespace === namespace),
      namespaces: new Set([namespace]),
    };
  });
}

async function moveHead(target: Target, to: number, options: ChangeOptions): Promise<ChangeReport> {
  const { registry, store } = target;
  const { base, dryRun = false } = options;
  for (;;) {
    const { version: head } = await registry.head();
    if (base !== undefined && base !== head) throw new HeadMovedError(base, head);
    const before = await registry.stateAt(head);
    const operations = await registry.delta(head, to);
    const plan = { operations, namespaces: new Set(before.entries().map(({ id }) => id.namespace)) };
    const runtimes = await liveRuntimes(store.presence, namespacesOf(plan));
    try {
      const version = dryRun || operations.length === 0
        ? (await registry.versionOf(head))!
        : await registry.jump(to, { ...signatureOf(options), base: head });
      return await reportOf(target, options, { ...plan, version, runtimes });
    } catch (error) {
      // another writer was faster
      if (!(error instanceof ConflictError) || base !== undefined) explainMove(error);
    }
  }
}
