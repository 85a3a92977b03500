import type { Compiler } from "../compiler/mod.ts";
import type { Kind } from "../kind/mod.ts";
import { type Change, change, type Entry, type Snapshot } from "../registry/mod.ts";
import {
  checkSpecs,
  type CodeToCheck,
  type Diagnostic,
  type Evaluate,
  hasErrors,
  identify,
  type Locator,
  locatorOf,
  type Origin,
  readSpecs,
  type Scheme,
  sortDiagnostics,
  type SourcedSpec,
  type Spec,
  type SpecDraft,
  VALUE_KIND,
} from "../spec/mod.ts";
import { equal } from "../value/mod.ts";
import { checkCode } from "./check_code.ts";
import { entryToSpec, isNode, specToEntry } from "./entry.ts";

/** The stored specs: those of a registry, or of one of its versions. */
export type StoredSpecs = Pick<Snapshot, "get" | "namespace">;

/** The specs of files. */
export interface Manifest {
  specs: SourcedSpec[];
  /** Errors and warnings, in the order of the files. */
  diagnostics: Diagnostic[];
}

/**
 * The stored specs that files replace: all specs of the namespaces that occur in the files, or the specs with these entry
 * ids (`namespace:name`). Those that the files do not contain are deleted.
 */
export type Coverage = "namespaces" | ReadonlySet<string>;

/** Options for reading and checking files. */
export interface ManifestOptions {
  /** The namespace of specs that name none. Default `default`. */
  namespace?: string;
  scheme: Scheme<Kind>;
  evaluate: Evaluate;
  /** Returns a secret by its reference; undefined for one that is not known, which is warned of. Default: none is. */
  secret?: ((reference: string) => string | undefined) | undefined;
  /** Parses the code in the specs. */
  compiler: Compiler;
  /** The stored specs, which links may lead to. */
  registry?: StoredSpecs;
  /** The stored specs that the files replace. Default: those that are in the files. */
  covers?: Coverage;
}

/** A file of specs. */
export interface ManifestFile {
  /** The name that positions show: its path. */
  readonly name: string;
  /** Empty if it was not read. */
  readonly text: string;
  /** Why it was not read: an error, or a warning if it is left out. */
  readonly unread?: Diagnostic;
}

/** Reads and checks the specs of files. Runs only their templates. @throws {Error} If their code cannot be parsed. */
export async function readManifest(files: readonly ManifestFile[], options: ManifestOptions): Promise<Manifest> {
  const { namespace = "default", registry, covers, scheme, evaluate, secret, compiler } = options;
  const specs: SourcedSpec[] = [];
  const diagnostics: Diagnostic[] = [];
  let incomplete = false;
  for (const { name, text, unread } of files) {
    if (unread !== undefined) {
      diagnostics.push(unread);
      incomplete ||= hasErrors([unread]);
      continue;
    }
    const read = readSpecs(text, name, { namespace });
    specs.push(...read.specs.map(({ spec, source }) => ({ spec: marked(spec, scheme), source })));
    diagnostics.push(...read.diagnostics);
    incomplete ||= !read.complete;
  }
  const known = registry && knownIn(registry, covers === undefined ? undefined : goneFrom(specs, registry, covers));
  const code: CodeToCheck[] = [];
  const onCode = (found: CodeToCheck) => code.push(found);
  const names = registry && namesIn(registry);
  diagnostics.push(...checkSpecs(specs, scheme, {
    evaluate,
    incomplete,
    onCode,
    ...secret && { secret },
    ...known && { known },
    ...names && { names },
  }));
  diagnostics.push(...await checkCode(code, compiler));
  return { specs, diagnostics: sortDiagnostics(diagnostics) };
}

/** Returns a spec that says whether it holds data. */
export function marked(spec: SpecDraft, scheme: Scheme<Kind>): SpecDraft {
  return scheme.dataKind(spec.kind) === undefined ? spec : { ...spec, isData: true };
}

/** Reports whether a manifest can be applied. */
export function isApplicable(manifest: Manifest): boolean {
  return !hasErrors(manifest.diagnostics);
}

/**
 * Returns the changes after which a registry holds these specs. A spec replaces the stored one of its name and keeps the
 * id of that. If the spec has the id of a stored one with another name in its namespace, it replaces that one.
 *
 * @param covers The stored specs that are deleted if they are not among these specs.
 */
export function changesOf(specs: readonly SourcedSpec[], registry: StoredSpecs, covers?: Coverage): Change[] {
  const identified = identifyIn(specs, registry);
  const kept = new Set(identified.map(entryIdOf));
  const renamed = renamedFrom(specs, registry).filter(({ id }) => !kept.has(id.text));
  const gone = covers === undefined ? [] : goneFrom(specs, registry, covers);
  return [
    ...[...new Set([...renamed, ...gone])].map(({ id }) => change.delete(id)),
    ...identified.flatMap((spec, index) => changeOf(spec, specs[index]!.source.origin(), registry)),
  ];
}

/** Returns the stored entries that the specs cover but do not contain. */
export function goneFrom(specs: readonly SourcedSpec[], registry: StoredSpecs, covers: Coverage): Entry[] {
  const kept = new Set(identifyIn(specs, registry).map(entryIdOf));
  const covered = covers === "namespaces"
    ? [...new Set(specs.map(({ spec }) => spec.namespace))].flatMap((namespace) => registry.namespace(namespace))
    : [...covers].flatMap((id) => registry.get(id) ?? []);
  return covered.filter(({ id }) => !kept.has(id.text));
}

/** Returns the entry ids (`namespace:name`) that specs have in a registry, or would have. */
export function entryIds(specs: readonly SourcedSpec[], registry: StoredSpecs): Set<string> {
  return new Set(identifyIn(specs, registry).map(entryIdOf));
}

/** Returns the changes that store one spec: none if it is stored already. */
export function changeOf(spec: Spec, origin: Origin | undefined, registry: StoredSpecs): Change[] {
  const entry = specToEntry(spec, origin);
  const there = registry.get(entry.id);
  if (there === undefined) return [change.create(entry)];
  if (there.kind !== entry.kind) return [change.delete(entry.id), change.create(entry)];
  if (equal(there.data, entry.data) && equal(there.meta, entry.meta)) return [];
  return [change.update(entry)];
}

function identifyIn(specs: readonly SourcedSpec[], registry: StoredSpecs): Spec[] {
  return identify(specs.map(({ spec }) => spec), (namespace, name) => idIn(registry.get({ namespace, name })));
}

function entryIdOf({ namespace, name, id }: Spec): string {
  return `${namespace}:${name ?? id}`;
}

function idIn(entry: Entry | undefined): string | undefined {
  return entry !== undefined && isNode(entry) ? (entry.data as { id: string }).id : undefined;
}

/** Returns the entries whose id now belongs to a spec of another name in the same namespace. */
function renamedFrom(specs: readonly SourcedSpec[], registry: StoredSpecs): Entry[] {
  const byId = new SpecIds(registry);
  return specs.flatMap(({ spec: { namespace, name, id } }) => {
    const there = id === undefined ? undefined : byId.get(namespace, id);
    return there === undefined || there.id.name === (name ?? id) ? [] : [there];
  });
}

/** Returns a function that looks up specs of a registry by name or id, without the entries that are deleted. */
function knownIn(registry: StoredSpecs, gone: readonly Entry[] | undefined) {
  const byId = new SpecIds(registry);
  const deleted = new Set(gone);
  return (namespace: string, nameOrId: string): { spec: SpecDraft; source?: Locator } | undefined => {
    const entry = registry.get({ namespace, name: nameOrId }) ?? byId.get(namespace, nameOrId);
    if (entry === undefined || deleted.has(entry)) return undefined;
    const { spec, origin } = entryToSpec(entry);
    if (spec.isData) return { spec, ...origin !== undefined && { source: locatorOf(origin) } };
    // a dangling link is tolerated if it existed before, but not if this change deletes its target
    return { spec: gone === undefined ? spec : { ...spec, links: {} } };
  };
}

/** Returns a function that returns the names of the entries of a kind. */
function namesIn(registry: StoredSpecs) {
  return (namespace: string, kind: string): string[] =>
    registry.namespace(namespace).flatMap((entry) => entry.kind === kind ? entry.id.name : []);
}

/** The entries of a registry by the ids of their specs. */
class SpecIds {
  readonly #registry: StoredSpecs;
  readonly #namespaces = new Map<string, Map<string, Entry>>();

  constructor(registry: StoredSpecs) {
    this.#registry = registry;
  }

  get(namespace: string, id: string): Entry | undefined {
    let ids = this.#namespaces.get(namespace);
    if (ids === undefined) {
      const entries = this.#registry.namespace(namespace);
      ids = new Map(entries.flatMap((entry) => {
        // values may be named by an id, which is kept in their notes
        const id = idIn(entry) ?? (entry.kind === VALUE_KIND ? entry.meta.id : undefined);
        return typeof id === "string" ? [[id, entry]] : [];
      }));
      this.#namespaces.set(namespace, ids);
    }
    return ids.get(id);
  }
}
