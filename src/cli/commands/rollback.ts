import { CHANGE_FLAGS, changeStore } from "../change/change_store.ts";
import type { Command } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";
import { SCOPE_FLAGS, scopeOf, STORE_FLAGS, withStore } from "../options/store.ts";
import { readVersion } from "../options/version_argument.ts";

/** `weft rollback` */
export const rollback: Command = {
  usage: "[FLAGS] VERSION",
  about:
    `VERSION is a number or head~1; it may be newer than head. Head is moved there, which makes no version; what came after
stays in the history. With --namespace the specs of that namespace become what they were at that version, and the others
stay as they are: that is a new version.`,
  flags: [
    ...SCOPE_FLAGS,
    ...STORE_FLAGS,
    ...CHANGE_FLAGS,
  ],
  examples: [
    ["weft rollback head~1", "undo the last change"],
    ["weft rollback 3 --dry-run", "see what going to version 3 would change"],
    ["weft rollback 3 -n shop -m 'prices were wrong'", "restore one namespace"],
  ],
  async run(given, args, terminal) {
    const [text, ...more] = args;
    if (text === undefined || more.length > 0) throw new UsageError("give one version to go to");
    const scope = scopeOf(given);
    return await withStore(given, terminal, async (registry, store) => {
      const target = await readVersion(text, registry);
      const delta = () => registry.delta(registry.version.id, target);
      if (scope === undefined) {
        return await changeStore(given, terminal, registry, store, {
          plan: delta,
          save: (_, options) => registry.jump(target, options),
          whole: true,
        });
      }
      const plan = async () => (await delta()).filter(({ id }) => id.namespace === scope);
      return await changeStore(given, terminal, registry, store, { plan, whole: true });
    });
  },
};
