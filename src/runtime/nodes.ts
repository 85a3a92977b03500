import type { Compiler } from "../compiler/mod.ts";
import type { Kind } from "../kind/mod.ts";
import {
  type Change,
  change,
  type Entry,
  type Registry,
  RegistryError,
  Snapshot,
  type Version,
} from "../registry/mod.ts";
import {
  checkSpecs,
  hasErrors,
  identify,
  type Scheme,
  type Spec,
  type SpecDraft,
  specFromMap,
  specToMap,
} from "../spec/mod.ts";
import { failure, isList, isMap, kindOf, type Value, type ValueMap } from "../value/mod.ts";
import { checkSpec, rejection } from "./compile.ts";
import { entryToMap, entryToSpec, isNode, specToEntry } from "./entry.ts";
import { changeOf, marked } from "./manifest.ts";
import { matchesExample, patchSpec } from "./merge_patch.ts";
import { withWholeModules } from "./module_entries.ts";

/** Options of `Nodes`. */
export interface NodesOptions {
  registry: Registry;
  /** The namespace whose specs are checked when they are prepared. Those of others are checked here. */
  namespace: string;
  scheme: Scheme<Kind>;
  /** Parses the code in specs. */
  compiler: Compiler;
}

/** Changes, and what the caller is told once they are made. */
interface Edit {
  changes: Change[];
  answer: Value;
}

/** Reads and changes the specs of a registry for workflows. Specs are plain maps here. */
export class Nodes {
  readonly #options: NodesOptions;
  readonly #registry: Registry;

  constructor(options: NodesOptions) {
    this.#options = options;
    this.#registry = options.registry;
  }

  /** Adds specs. Their namespace defaults to `default`. @throws {Error} With `invalid argument` as a cause. */
  async create(given: Value): Promise<Value> {
    const drafts = listOf(given).map((map) => draftOf(map, this.#options.scheme));
    return await this.#edit(async (head) => {
      const specs = identify(drafts);
      for (const spec of specs) {
        rejectTaken(head, spec);
        await this.#check(spec);
      }
      const changes = specs.map((spec) => change.create(specToEntry(spec)));
      return { changes, answer: specs.map(specToMap) };
    });
  }

  /** Returns the specs that match one of the examples; all specs if `examples` is null. */
  read(examples: Value): Value {
    return matching(this.#registry, examples, this.#options.scheme).map(entryToMap);
  }

  /** Changes specs by JSON merge patches. @throws {Error} With `invalid argument` as a cause. */
  async update(given: Value): Promise<Value> {
    const partials = listOf(given);
    return await this.#edit(async (head) => {
      const changes: Change[] = [];
      const updated: Spec[] = [];
      let now = head;
      for (const partial of partials) {
        const { spec, was } = merged(now, partial, this.#options.scheme);
        await this.#check(spec);
        const next = this.#replace(was, spec, now);
        changes.push(...next);
        updated.push(spec);
        // what comes later in the list sees it
        now = new Snapshot(head.version, now.state.apply(this.#registry.plan(next, now)));
      }
      const last = new Map(updated.map((spec) => [keyOf(spec), specToMap(spec)]));
      return { changes, answer: updated.map((spec) => last.get(keyOf(spec))!) };
    });
  }

  /** Removes the specs that match one of the examples; all specs if `examples` is null. @returns Those removed. */
  async delete(examples: Value): Promise<Value> {
    return await this.#edit((head) => {
      const entries = matching(head, examples, this.#options.scheme);
      return { changes: entries.map(({ id }) => change.delete(id)), answer: entries.map(entryToMap) };
    });
  }

  /** Moves the head to a version. @returns The head after that. */
  async rollback(given: Value): Promise<Version> {
    const version = isMap(given) ? given.version : given;
    if (typeof version !== "number" || !Number.isInteger(version) || version < 0) {
      throw invalid(`invalid version ${show(version)}: expected a whole number`);
    }
    if (await this.#registry.versionOf(version) === undefined) throw invalid(`unknown version ${version}`);
    try {
      return await this.#registry.jump(version, { author: "syscall" });
    } catch (error) {
      throw callerError(error);
    }
  }

  /** Returns the changes that put a spec in the place of an entry, under its new name if it has one. */
  #replace(was: Entry, spec: Spec, now: Snapshot): Change[] {
    if (was.id.text === `${spec.namespace}:${spec.name ?? spec.id}`) return changeOf(spec, undefined, now);
    rejectTaken(now, spec);
    return [change.delete(was.id), change.create(specToEntry(spec))];
  }

  /** Makes a change of the specs at head. */
  async #edit(make: (head: Snapshot) => Edit | Promise<Edit>): Promise<Value> {
    let answer: Value = null;
    try {
      await this.#registry.edit(async (head) => {
        const edit = await make(head);
        answer = edit.answer;
        return withWholeModules(edit.changes, head);
      }, { author: "syscall" });
    } catch (error) {
      throw callerError(error);
    }
    return answer;
  }

  /** Checks a spec of a namespace that this runtime does not run, whose variables it does not know. */
  async #check(spec: Spec): Promise<void> {
    const { namespace, scheme, compiler } = this.#options;
    if (spec.namespace === namespace) return;
    const known = (namespace: string, name: string) => {
      const entry = this.#options.registry.get({ namespace, name });
      return entry && entryToSpec(entry);
    };
    const diagnostics = await checkSpec(spec, undefined, { scheme, evaluate: () => null, compiler, known });
    if (hasErrors(diagnostics)) throw rejection(diagnostics);
  }
}

/** Returns the entries that match one of the examples; all if `examples` is null. */
function matching(stored: Pick<Snapshot, "entries">, examples: Value, scheme: Scheme<Kind>): readonly Entry[] {
  const entries = stored.entries();
  if (examples === null) return entries;
  const wanted = listOf(examples, "examples");
  return entries.filter((entry) => {
    const spec = entryToMap(entry);
    return wanted.some((example) => matchesExample(spec, example, scheme));
  });
}

/** Returns a spec changed by a JSON merge patch, and the entry that it was. */
function merged(head: Snapshot, partial: ValueMap, scheme: Scheme<Kind>): { spec: Spec; was: Entry } {
  const was = find(head, partial);
  const { spec } = entryToSpec(was);
  const draft = draftOf(patchSpec(specToMap(spec), partial, scheme), scheme);
  const [identified] = identify([draft]);
  return { spec: draft.isData || spec.isData ? identified! : { ...identified!, id: spec.id }, was };
}

function find(head: Snapshot, { id, namespace = "default", name }: ValueMap): Entry {
  const found = typeof id === "string"
    ? head.entries().find((entry) => isNode(entry) && (entry.data as ValueMap).id === id)
    : typeof name === "string"
    ? head.get({ namespace: String(namespace), name })
    : undefined;
  if (found !== undefined) return found;
  if (id === undefined && name === undefined) throw invalid('missing field "id" or "name" of a spec to update');
  throw invalid(`unknown spec "${typeof id === "string" ? id : `${namespace}:${name}`}"`);
}

function rejectTaken(head: Snapshot, { namespace, name, id }: Spec): void {
  if (head.get({ namespace, name: name ?? id }) === undefined) return;
  throw invalid(`name "${name ?? id}" is already in use in namespace "${namespace}"`);
}

/** Returns what tells a spec from others; one that holds data has no id. */
function keyOf({ id, namespace, name }: Spec): string {
  return id || `${namespace}:${name}`;
}

/** Returns the error of a failed change for its caller: the reason of a rejection, rather than which handler rejected. */
function callerError(error: unknown): unknown {
  if (!(error instanceof RegistryError)) return error;
  if (error.code === "rejected" && error.cause !== undefined) return error.cause;
  const isInvalid = error.code === "invalid" || error.code === "conflict" || error.code === "not_found";
  return isInvalid ? invalid(error.message) : error;
}

function listOf(given: Value, what = "specs"): ValueMap[] {
  const list = isList(given) ? given : given === null ? [] : [given];
  if (list.length === 0) throw invalid(`no ${what} given`);
  return list.map((item) => {
    if (!isMap(item)) throw invalid(`invalid item of ${what}: expected a map, not a ${kindOf(item)}`);
    return item;
  });
}

function draftOf(map: ValueMap, scheme: Scheme<Kind>): SpecDraft {
  const { spec, diagnostics } = specFromMap(map);
  if (spec === undefined) throw rejection(diagnostics);
  const draft = marked(spec, scheme);
  // the loader checks nodes when it prepares them; it is not asked about every kind of data
  const found = draft.isData ? checkSpecs([{ spec: draft }], scheme) : [];
  if (hasErrors(found)) throw rejection(found);
  return draft;
}

function show(value: Value | undefined): string {
  return typeof value === "number" ? String(value) : value === undefined ? "not given" : `a ${kindOf(value)}`;
}

function invalid(message: string): Error {
  return failure(message, { code: "invalid", cause: failure("invalid argument") });
}
