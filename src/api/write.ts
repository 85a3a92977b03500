import { ConflictError, type Registry, RegistryError } from "../registry/mod.ts";
import { HeadMovedError } from "./errors.ts";

/** How often to retry when other writers change the store at the same time. */
const ATTEMPTS = 20;

/**
 * Changes a store. If another writer was faster, the registry follows head and the attempt is repeated, unless the base
 * version is fixed.
 *
 * @param base The version that must be head. Default: any.
 * @param attempt Reads the registry, plans and writes.
 * @throws {HeadMovedError} If head is not `base`.
 * @throws {RegistryError} `conflict`, if another writer was faster every time; whatever `attempt` throws.
 */
export async function write<T>(registry: Registry, base: number | undefined, attempt: () => Promise<T>): Promise<T> {
  if (base !== undefined && base !== registry.version.id) throw new HeadMovedError(base, registry.version.id);
  for (let count = 1;; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      if (base !== undefined) throw new HeadMovedError(base, error.actual);
      if (count === ATTEMPTS) {
        throw new RegistryError(
          "conflict",
          `other writers changed the store in each of ${ATTEMPTS} attempts; try again`,
        );
      }
      await registry.follow((await registry.head()).version);
    }
  }
}
