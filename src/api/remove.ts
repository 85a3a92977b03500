import { dependencyOf } from "../modules/mod.ts";
import { change, type Entry, RegistryError, type Snapshot } from "../registry/mod.ts";
import { describeImported, importedBy, isImported, schemeOf } from "../runtime/mod.ts";
import { hasErrors, identify, readSpecs, sortDiagnostics, type SpecDraft } from "../spec/mod.ts";
import { type ChangeOptions, type ChangeReport, changeStore } from "./change.ts";
import { BrokenLinksError, SpecsError } from "./errors.ts";
import { brokenLinks } from "./links.ts";
import { findNamed } from "./spec_names.ts";
import { filesOf, type Specs } from "./specs.ts";
import type { Target } from "./target.ts";

/** The specs that `remove` deletes. */
export interface Selection {
  /** Names in the namespace, `namespace:name`, or ids. */
  readonly names?: readonly string[] | undefined;
  /** Specs as they were applied; those that are not in the store are skipped. */
  readonly specs?: Specs | undefined;
  /** Whether to delete every spec in the namespace. Default false. */
  readonly all?: boolean | undefined;
}

/** Options of `remove`. */
export interface RemoveOptions extends ChangeOptions {
  /** The namespace of names and specs that state none. Default: that of the target, else `default`. */
  readonly namespace?: string | undefined;
  /** Whether to delete specs that others link to. Default false. */
  readonly breakLinks?: boolean | undefined;
}

/**
 * Deletes specs as a new version.
 *
 * @throws {RegistryError} `not_found`, if a name is not found; `rejected`, if one is part of a module, which leaves as a
 * whole with its dependency: then nothing is deleted.
 * @throws {SpecsError} If the specs cannot be read.
 * @throws {BrokenLinksError} If a spec that remains links to one of them, or uses it.
 * @throws {HeadMovedError} If head is not `base`.
 */
export async function remove(
  target: Target,
  { names = [], specs = [], all = false }: Selection,
  options: RemoveOptions = {},
): Promise<ChangeReport> {
  const { registry } = target;
  const { namespace = target.namespace ?? "default", breakLinks = false } = options;
  const drafts = readDrafts(specs, namespace);
  return await changeStore(target, options, (head) => {
    const entries = [
      ...names.map((name) => findNamed(name, namespace, head)),
      ...all ? head.namespace(namespace) : [],
      ...entriesOf(drafts, head),
    ];
    const dependencies = entries.filter(({ kind }) => kind === "ns.dependency").map(({ id }) => id);
    // a module leaves as a whole
    const gone = new Set([...entries, ...importedBy(dependencies, head)]);
    const parts = entries.filter((entry) => isImported(entry) && !isWhole(entry, gone, head));
    if (parts.length > 0) throw new RegistryError("rejected", parts.map(describeImported).join("\n"));
    const operations = registry.plan([...gone].map(({ id }) => change.delete(id)), head);
    const broken = brokenLinks(head.state, operations, target.scheme ?? schemeOf());
    if (broken.length > 0 && !breakLinks) throw new BrokenLinksError(broken);
    const namespaces = new Set([namespace, ...drafts.map((draft) => draft.namespace)]);
    return { operations, namespaces, brokenLinks: broken };
  });
}

/** Reports whether what an entry was imported by is deleted as well. */
function isWhole({ id, meta }: Entry, gone: ReadonlySet<Entry>, head: Snapshot): boolean {
  const dependency = head.get({ namespace: id.namespace, name: dependencyOf(meta)! });
  return dependency === undefined || gone.has(dependency);
}

function readDrafts(specs: Specs, namespace: string): SpecDraft[] {
  const files = filesOf(specs);
  const unread = files.flatMap(({ unread }) => unread ?? []);
  const read = files.filter((file) => file.unread === undefined)
    .map(({ name, text }) => readSpecs(text, name, { namespace }));
  const diagnostics = sortDiagnostics([...unread, ...read.flatMap(({ diagnostics }) => diagnostics)]);
  if (hasErrors(diagnostics)) throw new SpecsError(diagnostics);
  return read.flatMap(({ specs }) => specs.map(({ spec }) => spec));
}

function entriesOf(drafts: readonly SpecDraft[], head: Snapshot): Entry[] {
  return identify(drafts).flatMap(({ namespace, name, id }) => head.get({ namespace, name: name ?? id }) ?? []);
}
