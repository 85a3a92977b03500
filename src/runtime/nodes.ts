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
  OpenTemplate,
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
  /** The only kind of entries to read and change, which hold data; they need not name it. Default: entries of every kind. */
  kind?: string | undefined;
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
    const drafts = this.#listOf(given).map((map) => draftOf(map, this.#options.scheme));
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
    return this.#matching(this.#registry, examples).map(entryToMap);
  }

  /** Changes specs by JSON merge patches. @throws {Error} With `invalid argument` as a cause. */
  async update(given: Value): Promise<Value> {
    const partials = this.#listOf(given);
    return await this.#edit(async (head) => {
      const changes: Change[] = [];
      const updated: Spec[] = [];
      let now = head;
      for (const partial of partials) {
        const was = find(now, partial);
        if (!this.#isOwn(was)) throw invalid(`unknown ${this.#options.kind} "${was.id}"`);
        const spec = merged(was, partial, this.#options.scheme);
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
      const entries = this.#matching(head, examples);
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

  /** Returns the entries that match one of the examples; all if `examples` is null. */
  #matching(stored: Pick<Snapshot, "entries">, examples: Value): readonly Entry[] {
    const entries = stored.entries().filter((entry) => this.#isOwn(entry));
    if (examples === null) return entries;
    const wanted = this.#listOf(examples, "examples");
    return entries.filter((entry) => {
      const spec = entryToMap(entry);
      return wanted.some((example) => matchesExample(spec, example, this.#options.scheme));
    });
  }

  #isOwn({ kind }: Entry): boolean {
    return this.#options.kind === undefined || kind === this.#options.kind;
  }

  /** Returns what a workflow has given as a list of maps, each with the kind, and the name for the id of a value. */
  #listOf(given: Value, what?: string): ValueMap[] {
    const { kind } = this.#options;
    const maps = listOf(given, what);
    if (kind === undefined) return maps;
    return maps.map((map) => {
      if (map.kind !== undefined && map.kind !== kind) {
        throw invalid(`invalid kind ${JSON.stringify(map.kind)}: expected ${JSON.stringify(kind)}`);
      }
      const { id, ...rest } = map;
      if (id === undefined) return { ...map, kind };
      const found = this.#registry.entries().find((entry) => entry.kind === kind && entry.meta.id === id);
      if (found !== undefined) return { ...rest, kind, namespace: found.id.namespace, name: found.id.name };
      // a new one keeps it; an example of one that is not there matches none
      return {
        ...rest,
        kind,
        name: rest.name ?? `value-${id}`,
        meta: { ...isMap(rest.meta ?? null) && rest.meta as ValueMap, id },
      };
    });
  }

  /** Checks a spec of a namespace that this runtime does not run, whose variables it does not know. */
  async #check(spec: Spec): Promise<void> {
    const { namespace, scheme, compiler } = this.#options;
    if (spec.namespace === namespace) return;
    const known = (namespace: string, name: string) => {
      const entry = this.#options.registry.get({ namespace, name });
      return entry && entryToSpec(entry);
    };
    const diagnostics = await checkSpec(spec, undefined, { scheme, evaluate: unknownHere, compiler, known });
    if (hasErrors(diagnostics)) throw rejection(diagnostics);
  }
}

function unknownHere(): never {
  throw new OpenTemplate("the variables of another namespace are not known here");
}

/** Returns the spec of an entry, changed by a JSON merge patch. */
function merged(was: Entry, partial: ValueMap, scheme: Scheme<Kind>): Spec {
  const { spec } = entryToSpec(was);
  const draft = draftOf(patchSpec(specToMap(spec), partial, scheme), scheme);
  const [identified] = identify([draft]);
  return draft.isData || spec.isData ? identified! : { ...identified!, id: spec.id };
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
