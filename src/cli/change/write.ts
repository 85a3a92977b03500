import { ConflictError, type Registry } from "../../registry/mod.ts";

/** How often a change is made anew because somebody else was faster. */
const ATTEMPTS = 20;

/**
 * Makes a change of a store. If somebody else was faster, the registry follows and the change is made anew from what is
 * there then; not so where the version that it has to be made from is given.
 *
 * @param base The version that has to be head.
 * @param attempt Reads what there is, plans, and writes.
 * @throws {Error} If head is not `base`; what `attempt` throws.
 */
export async function write<T>(registry: Registry, base: number | undefined, attempt: () => Promise<T>): Promise<T> {
  if (base !== undefined && base !== registry.version.id) throw moved(base, registry.version.id);
  for (let made = 1;; made++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      if (base !== undefined) throw moved(base, error.actual);
      if (made === ATTEMPTS) throw new Error(`the store was changed by others ${ATTEMPTS} times meanwhile; try again`);
      await registry.follow((await registry.head()).version);
    }
  }
}

function moved(base: number, head: number): Error {
  return new Error(`head is version ${head}, not ${base}; weft diff ${base} ${head} shows what has changed`);
}
