import type { Kind } from "../flow/mod.ts";
import { type Change, change, type Entry, type Registry } from "../registry/mod.ts";
import {
  checkSpecs,
  type Diagnostic,
  hasErrors,
  identify,
  type Origin,
  readSpecs,
  type Scheme,
  sortDiagnostics,
  type SourcedSpec,
  type Spec,
  type SpecDraft,
} from "../spec/mod.ts";
import { equal, isMap } from "../value/mod.ts";
import type { Evaluate } from "./compile.ts";
import { entryToSpec, specToEntry } from "./entry.ts";

/** Specs as their files have them. */
export interface Manifest {
  specs: SourcedSpec[];
  /** Everything that is wrong with them, in the order of the files. */
  diagnostics: Diagnostic[];
}

/**
 * Which specs of a registry files stand for, beside those that are in them: all of the namespaces that are in the
 * files, or those with these entry ids (`namespace:name`). What they stand for and do not have is to go.
 */
export type Coverage = "namespaces" | ReadonlySet<string>;

/** How files are read and checked. */
export interface ManifestOptions {
  /** Of specs that name none. Default `default`. */
  namespace?: string;
  scheme: Scheme<Kind>;
  evaluate: Evaluate;
  /** What the store has already: links may lead there. */
  registry?: Registry;
  /** What of that the files stand for. Default nothing but what is in them. */
  covers?: Coverage;
}

/** Reads and checks the specs of files. Runs nothing of theirs but templates. */
export function readManifest(files: readonly { name: string; text: string }[], options: ManifestOptions): Manifest {
  const { namespace = "default", registry, covers, scheme, evaluate } = options;
  const specs: SourcedSpec[] = [];
  const diagnostics: Diagnostic[] = [];
  let incomplete = false;
  for (const { name, text } of files) {
    const read = readSpecs(text, name, { namespace });
    specs.push(...read.specs);
    diagnostics.push(...read.diagnostics);
    incomplete ||= !read.complete;
  }
  const known = registry && knownIn(registry, covers === undefined ? undefined : goneFrom(specs, registry, covers));
  diagnostics.push(...checkSpecs(specs, scheme, { evaluate, incomplete, ...known !== undefined && { known } }));
  return { specs, diagnostics: sortDiagnostics(diagnostics) };
}

/** Whether a manifest can be applied. */
export function isApplicable(manifest: Manifest): boolean {
  return !hasErrors(manifest.diagnostics);
}

/**
 * What has to change in a registry so that it holds these specs. A named spec takes the place of the one that has its
 * name, and keeps its id; one whose id another name had in its namespace takes the place of that.
 *
 * @param covers What of the registry the specs stand for beside; what of it they do not have is deleted.
 */
export function changesOf(specs: readonly SourcedSpec[], registry: Registry, covers?: Coverage): Change[] {
  const identified = identifyIn(specs, registry);
  const kept = new Set(identified.map(entryIdOf));
  const renamed = renamedFrom(specs, registry).filter(({ id }) => !kept.has(id.text));
  const gone = covers === undefined ? [] : goneFrom(specs, registry, covers);
  return [
    ...[...new Set([...renamed, ...gone])].map(({ id }) => change.delete(id)),
    ...identified.flatMap((spec, index) => changeOf(spec, specs[index]!.source.origin(), registry)),
  ];
}

/** The entries of a registry that specs stand for and do not have. */
export function goneFrom(specs: readonly SourcedSpec[], registry: Registry, covers: Coverage): Entry[] {
  const kept = new Set(identifyIn(specs, registry).map(entryIdOf));
  const covered = covers === "namespaces"
    ? [...new Set(specs.map(({ spec }) => spec.namespace))].flatMap((namespace) => registry.namespace(namespace))
    : [...covers].flatMap((id) => registry.get(id) ?? []);
  return covered.filter(({ id }) => !kept.has(id.text));
}

/** The entry ids of specs, `namespace:name`, as they are in a registry or would be. */
export function entryIds(specs: readonly SourcedSpec[], registry: Registry): Set<string> {
  return new Set(identifyIn(specs, registry).map(entryIdOf));
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

function identifyIn(specs: readonly SourcedSpec[], registry: Registry): Spec[] {
  return identify(specs.map(({ spec }) => spec), (namespace, name) => idIn(registry.get({ namespace, name })));
}

function entryIdOf({ namespace, name, id }: Spec): string {
  return `${namespace}:${name ?? id}`;
}

function idIn(entry: Entry | undefined): string | undefined {
  const id = isMap(entry?.data) ? entry.data.id : undefined;
  return typeof id === "string" ? id : undefined;
}

/** Entries whose id the author has given to a spec of another name in the same namespace. */
function renamedFrom(specs: readonly SourcedSpec[], registry: Registry): Entry[] {
  const byId = new SpecIds(registry);
  return specs.flatMap(({ spec: { namespace, name, id } }) => {
    const there = id === undefined ? undefined : byId.get(namespace, id);
    return there === undefined || there.id.name === (name ?? id) ? [] : [there];
  });
}

/** What links and names of specs can lead to in a registry, but for entries that are to go. */
function knownIn(registry: Registry, gone: readonly Entry[] | undefined) {
  const byId = new SpecIds(registry);
  const leaving = new Set(gone);
  return (namespace: string, nameOrId: string): { spec: SpecDraft } | undefined => {
    const entry = registry.get({ namespace, name: nameOrId }) ?? byId.get(namespace, nameOrId);
    if (entry === undefined || leaving.has(entry)) return undefined;
    const { spec } = entryToSpec(entry);
    // a link that leads nowhere is forgiven where it was there before, but not to what goes with this very change
    return { spec: gone === undefined ? spec : { ...spec, links: {} } };
  };
}

/** The entries of a registry by the ids of their specs. */
class SpecIds {
  readonly #registry: Registry;
  readonly #namespaces = new Map<string, Map<string, Entry>>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  get(namespace: string, id: string): Entry | undefined {
    let ids = this.#namespaces.get(namespace);
    if (ids === undefined) {
      const entries = this.#registry.namespace(namespace);
      ids = new Map(entries.flatMap((entry) => {
        const id = idIn(entry);
        return id === undefined ? [] : [[id, entry]];
      }));
      this.#namespaces.set(namespace, ids);
    }
    return ids.get(id);
  }
}
