import type { Compiler } from "../compiler/mod.ts";
import type { Kind } from "../kind/mod.ts";
import { dependencyOf, type ImportedModule, importModules, readOwnModule } from "../modules/mod.ts";
import { type Change, change, type Entry, type Id, type Snapshot, toId } from "../registry/mod.ts";
import {
  type CheckOptions,
  checkSpecs,
  type CodeToCheck,
  type Diagnostic,
  type Evaluate,
  formatPosition,
  hasErrors,
  identify,
  type Locator,
  locatorOf,
  type Origin,
  readSpecs,
  report,
  type Scheme,
  show,
  sortDiagnostics,
  type SourcedSpec,
  type Spec,
  type SpecDraft,
  VALUE_KIND,
} from "../spec/mod.ts";
import { equal } from "../value/mod.ts";
import { checkCode } from "./check_code.ts";
import { entryToSpec, isNode, specToEntry } from "./entry.ts";
import { describeImported, importedBy } from "./module_entries.ts";

/** The stored specs: those of a registry, or of one of its versions. */
export type StoredSpecs = Pick<Snapshot, "get" | "namespace">;

/** The specs of files. */
export interface Manifest {
  /** Those in the files, and those of the modules that these import. */
  specs: readonly SourcedSpec[];
  /** The modules. */
  modules: readonly ImportedModule[];
  /** The folders that modules were read from. */
  folders: readonly string[];
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
  const read: SourcedSpec[] = [];
  const diagnostics: Diagnostic[] = [];
  let incomplete = false;
  for (const { name, text, unread } of files) {
    if (unread !== undefined) {
      diagnostics.push(unread);
      incomplete ||= hasErrors([unread]);
      continue;
    }
    const file = readSpecs(text, name, { namespace });
    read.push(...file.specs.map(({ spec, source }) => ({ spec: marked(spec, scheme), source })));
    diagnostics.push(...file.diagnostics);
    incomplete ||= !file.complete;
  }
  const { specs, imported, modules, folders, isIncomplete, ...found } = await importModules(read, scheme);
  diagnostics.push(...found.diagnostics);
  // links may lead to what a module would have brought
  incomplete ||= isIncomplete;
  if (registry !== undefined) diagnostics.push(...checkOwners(specs, imported, registry, covers));
  const known = registry && knownIn(registry, goneFrom(specs, registry, covers), covers === undefined);
  const names = registry && namesIn(registry);
  diagnostics.push(
    ...await check(specs, scheme, compiler, {
      evaluate,
      incomplete,
      ...secret && { secret },
      ...known && { known },
      ...names && { names },
    }),
  );
  return { specs, modules, folders, diagnostics: sortDiagnostics(diagnostics) };
}

/** Reads and checks the module in a folder by itself, as no importer has it: with its defaults and examples. */
export async function readModuleManifest(
  folder: string,
  { scheme, evaluate, compiler }: Pick<ManifestOptions, "scheme" | "evaluate" | "compiler">,
): Promise<Manifest> {
  const { module, specs, examples, diagnostics } = await readOwnModule(folder, scheme);
  const found = await check(specs, scheme, compiler, { evaluate, incomplete: hasErrors(diagnostics) });
  const places = new Set(examples.map(formatPosition));
  // what an example names is the importer's
  const own = found.filter(({ message, location }) =>
    !message.startsWith("unknown ") || location?.position === undefined ||
    !places.has(formatPosition(location.position))
  );
  return {
    specs,
    modules: module === undefined ? [] : [module],
    folders: [folder],
    diagnostics: sortDiagnostics([...diagnostics, ...own]),
  };
}

async function check(
  specs: readonly SourcedSpec[],
  scheme: Scheme<Kind>,
  compiler: Compiler,
  options: CheckOptions,
): Promise<Diagnostic[]> {
  const code: CodeToCheck[] = [];
  const diagnostics = checkSpecs(specs, scheme, { ...options, onCode: (found) => void code.push(found) });
  return [...diagnostics, ...await checkCode(code, compiler)];
}

/** Returns diagnostics of specs that are entries of a module, or would take the place of what is none. */
function checkOwners(
  specs: readonly SourcedSpec[],
  imported: ReadonlySet<SourcedSpec>,
  registry: StoredSpecs,
  covers: Coverage | undefined,
): Diagnostic[] {
  return specs.flatMap((sourced) => {
    const { spec, source } = sourced;
    const there = spec.name === undefined ? undefined : registry.get({ namespace: spec.namespace, name: spec.name });
    if (there === undefined) return [];
    const owner = dependencyOf(there.meta);
    if (!imported.has(sourced)) {
      const isReplaced = owner === undefined || covers === "namespaces" ||
        covers?.has(`${spec.namespace}:${owner}`) === true;
      if (isReplaced || changeOf(identifyIn([sourced], registry)[0]!, source.origin(), registry).length === 0) {
        return [];
      }
      return [report(sourced, { location: { path: [] }, message: describeImported(there) })];
    }
    const isCovered = covers === "namespaces" || covers?.has(there.id.text) === true;
    if (owner === dependencyOf(spec.meta) || isCovered) return [];
    const whose = owner === undefined ? "" : `, of the dependency ${show(owner)}`;
    const message = `name ${show(spec.name)} is taken by another entry of namespace ${show(spec.namespace)}${whose}`;
    const hint = 'delete that, or import the module under another name with the field "as" of the dependency';
    return [report(sourced, { location: { path: ["name"] }, message, hint })];
  });
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
  const gone = goneFrom(specs, registry, covers);
  return [
    ...[...new Set([...renamed, ...gone])].map(({ id }) => change.delete(id)),
    ...identified.flatMap((spec, index) => changeOf(spec, specs[index]!.source.origin(), registry)),
  ];
}

/**
 * Returns the stored entries that the specs cover but do not contain, and those of modules that are no longer in what
 * they are imported from.
 */
export function goneFrom(specs: readonly SourcedSpec[], registry: StoredSpecs, covers?: Coverage): Entry[] {
  const kept = new Set(identifyIn(specs, registry).map(entryIdOf));
  const covered = covers === undefined
    ? []
    : covers === "namespaces"
    ? [...new Set(specs.map(({ spec }) => spec.namespace))].flatMap((namespace) => registry.namespace(namespace))
    : [...covers].flatMap((id) => registry.get(id) ?? []);
  const gone = covered.filter(({ id }) => !kept.has(id.text));
  const dependencies: Id[] = [
    ...specs.filter(({ spec }) => spec.kind === "ns.dependency" && spec.name !== undefined)
      .map(({ spec }) => toId({ namespace: spec.namespace, name: spec.name! })),
    ...gone.filter(({ kind }) => kind === "ns.dependency").map(({ id }) => id),
  ];
  const orphans = importedBy(dependencies, registry).filter(({ id }) => !kept.has(id.text));
  return [...new Set([...gone, ...orphans])];
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

/**
 * Returns a function that looks up specs of a registry by name or id, without the entries that are deleted.
 *
 * @param keepsLinks Whether a dangling link is tolerated if it existed before.
 */
function knownIn(registry: StoredSpecs, gone: readonly Entry[], keepsLinks: boolean) {
  const byId = new SpecIds(registry);
  const deleted = new Set(gone);
  return (namespace: string, nameOrId: string): { spec: SpecDraft; source?: Locator } | undefined => {
    const entry = registry.get({ namespace, name: nameOrId }) ?? byId.get(namespace, nameOrId);
    if (entry === undefined || deleted.has(entry)) return undefined;
    const { spec, origin } = entryToSpec(entry);
    if (spec.isData) return { spec, ...origin !== undefined && { source: locatorOf(origin) } };
    // a dangling link is tolerated if it existed before, but not if this change deletes its target
    return { spec: keepsLinks ? spec : { ...spec, links: {} } };
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
