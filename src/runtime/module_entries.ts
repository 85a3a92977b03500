import { dependencyOf, MODULE_KEY } from "../modules/mod.ts";
import { type Change, type Entry, type Snapshot, toId } from "../registry/mod.ts";
import { formatPosition, type Origin, positionIn, show } from "../spec/mod.ts";
import { failure } from "../value/mod.ts";

/** Returns the entries that were imported by some entries of kind ns.dependency, and by those which these imported. */
export function importedBy(dependencies: Iterable<Entry["id"]>, registry: Pick<Snapshot, "namespace">): Entry[] {
  const found: Entry[] = [];
  for (const [namespace, ids] of Map.groupBy(dependencies, ({ namespace }) => namespace)) {
    const byDependency = Map.groupBy(registry.namespace(namespace), ({ meta }) => dependencyOf(meta));
    const open = [...new Set(ids.map(({ name }) => name))];
    const seen = new Set(open);
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      for (const entry of byDependency.get(name) ?? []) {
        found.push(entry);
        if (entry.kind !== "ns.dependency" || seen.has(entry.id.name)) continue;
        seen.add(entry.id.name);
        open.push(entry.id.name);
      }
    }
  }
  return found;
}

/** Reports whether an entry was imported with a module. */
export function isImported({ meta }: Pick<Entry, "meta">): boolean {
  return dependencyOf(meta) !== undefined;
}

/** Says that an entry is part of a module, and what to do instead of changing it. */
export function describeImported({ id, meta, origin }: Pick<Entry, "id" | "meta" | "origin">): string {
  const where = origin === undefined ? "" : ` at ${formatPosition(positionIn(origin as unknown as Origin, []))}`;
  return `${id} is part of module ${meta[MODULE_KEY]}, which the dependency ${show(dependencyOf(meta))} imports: ` +
    `change it there${where} and apply the dependency again, or delete the dependency`;
}

/**
 * Returns changes with the deletions of what leaves with a dependency.
 *
 * @throws {Error} If one is of an entry that is part of a module which stays, or would import one: modules are read with
 * files.
 */
export function withWholeModules(changes: readonly Change[], head: Pick<Snapshot, "get" | "namespace">): Change[] {
  const deleted = new Set<string>();
  const dependencies: Entry["id"][] = [];
  for (const change of changes) {
    if (change.kind === "delete") {
      const id = toId(change.id);
      deleted.add(id.text);
      if (head.get(id)?.kind === "ns.dependency") dependencies.push(id);
    } else if (change.entry.kind === "ns.dependency") {
      throw failure("modules are imported where files are read: apply a file with the dependency", { code: "invalid" });
    }
  }
  const orphans = importedBy(dependencies, head).filter(({ id }) => !deleted.has(id.text));
  const whole = new Set([...deleted, ...orphans.map(({ id }) => id.text)]);
  for (const change of changes) {
    const entry = head.get(change.kind === "delete" ? change.id : change.entry.id);
    if (entry === undefined || !isImported(entry)) continue;
    const isWhole = change.kind === "delete" && whole.has(`${entry.id.namespace}:${dependencyOf(entry.meta)}`);
    if (!isWhole) throw failure(describeImported(entry), { code: "invalid" });
  }
  return [...orphans.map(({ id }): Change => ({ kind: "delete", id })), ...changes];
}
