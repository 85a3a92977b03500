import type { Kind } from "../flow/mod.ts";
import { type Change, change, type Registry } from "../registry/mod.ts";
import {
  checkSpecs,
  hasErrors,
  identify,
  type Problem,
  readSpecs,
  type Scheme,
  sortProblems,
  type SourcedSpec,
  type Spec,
  type SpecDraft,
} from "../spec/mod.ts";
import type { Origin } from "../spec/mod.ts";
import { equal } from "../value/mod.ts";
import type { Evaluate } from "./compile.ts";
import { entryToSpec, specToEntry } from "./entry.ts";

/** Specs as their files have them. */
export interface Manifest {
  specs: SourcedSpec[];
  /** Everything that is wrong with them, in the order of the files. */
  problems: Problem[];
}

/** How files are read and checked. */
export interface ManifestOptions {
  /** Of specs that name none. Default `default`. */
  namespace?: string;
  scheme: Scheme<Kind>;
  evaluate: Evaluate;
  /** What the store has already: links may lead there. */
  registry?: Registry;
}

/** Reads and checks the specs of files. Runs nothing of theirs but templates. */
export function readManifest(files: readonly { name: string; text: string }[], options: ManifestOptions): Manifest {
  const specs: SourcedSpec[] = [];
  const problems: Problem[] = [];
  for (const { name, text } of files) {
    const read = readSpecs(text, name, { namespace: options.namespace ?? "default" });
    specs.push(...read.specs);
    problems.push(...read.problems);
  }
  const { registry, scheme, evaluate } = options;
  const known = (namespace: string, nameOrId: string): { spec: SpecDraft } | undefined => {
    const entry = registry?.get({ namespace, name: nameOrId }) ??
      registry?.namespace(namespace).find(({ data }) => (data as { id?: unknown }).id === nameOrId);
    return entry === undefined ? undefined : { spec: entryToSpec(entry).spec };
  };
  problems.push(...checkSpecs(specs, scheme, { evaluate, ...registry !== undefined && { known } }));
  return { specs, problems: sortProblems(problems) };
}

/** Whether a manifest can be applied. */
export function isApplicable(manifest: Manifest): boolean {
  return !hasErrors(manifest.problems);
}

/**
 * What has to change in a registry so that it holds these specs. A named spec takes the place of the one that has its
 * name, and keeps its id.
 */
export function changesOf(specs: readonly SourcedSpec[], registry: Registry): Change[] {
  const existing = (namespace: string, name: string): string | undefined => {
    const id = (registry.get({ namespace, name })?.data as { id?: unknown } | undefined)?.id;
    return typeof id === "string" ? id : undefined;
  };
  return identify(specs.map(({ spec }) => spec), existing).flatMap((spec, index) =>
    changeOf(spec, specs[index]!.source.origin(), registry)
  );
}

/** The steps that put one spec into a registry: none if it is there already. */
export function changeOf(spec: Spec, origin: Origin | undefined, registry: Registry): Change[] {
  const entry = specToEntry(spec, origin);
  const there = registry.get(entry.id);
  if (there === undefined) return [change.create(entry)];
  if (there.kind !== entry.kind) return [change.delete(entry.id), change.create(entry)];
  if (equal(there.data, entry.data) && equal(there.meta, entry.meta)) return [];
  return [change.update(entry)];
}
