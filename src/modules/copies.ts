import { type Diagnostic, formatPosition, labelOf, report, type SourcedSpec, specToMap } from "../spec/mod.ts";
import { equal } from "../value/mod.ts";
import { dependencyOf, MODULE_KEY } from "./module_meta.ts";

/** Returns the specs that are copies of what a dependency has imported: what `weft get -o yaml` prints. */
export function copiesOf({ spec }: SourcedSpec, specs: readonly SourcedSpec[]): SourcedSpec[] {
  const names = new Set([spec.name]);
  const found: SourcedSpec[] = [];
  for (;;) {
    const more = specs.filter((other) =>
      !found.includes(other) && other.spec.namespace === spec.namespace &&
      names.has(dependencyOf(other.spec.meta) ?? "")
    );
    if (more.length === 0) return found;
    found.push(...more);
    for (const { spec } of more) if (spec.kind === "ns.dependency") names.add(spec.name);
  }
}

/** Returns diagnostics of copies that differ from what was imported. */
export function checkCopies(copies: readonly SourcedSpec[], imported: readonly SourcedSpec[]): Diagnostic[] {
  const byName = Map.groupBy(imported, keyOf);
  return copies.flatMap((copy) => {
    const content = contentOf(copy);
    // the id of what has no name is made when it is stored
    const originals = byName.get(keyOf(copy)) ?? byName.get(`${copy.spec.namespace}:`) ?? [];
    if (originals.some((original) => equal(contentOf(original), content))) return [];
    const [original] = originals;
    const module = copy.spec.meta[MODULE_KEY];
    return [report(copy, {
      location: { path: [] },
      message: `${labelOf(copy.spec)} is part of module ${module}, and differs from what is in it`,
      hint: original === undefined
        ? "leave it out: it is imported with the dependency"
        : `change it there, at ${formatPosition(original.source.position([]))}, and leave it out here`,
    })];
  });
}

function keyOf({ spec }: SourcedSpec): string {
  return `${spec.namespace}:${spec.name ?? ""}`;
}

function contentOf({ spec }: SourcedSpec) {
  return { ...specToMap(spec), id: null };
}
