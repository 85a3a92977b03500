import type { Kind } from "../kind/mod.ts";
import {
  type Change,
  change,
  ConflictError,
  type Entry,
  type Registry,
  RegistryError,
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
import { rejection } from "./compile.ts";
import { entryToMap, entryToSpec, isNode, specToEntry } from "./entry.ts";
import { changeOf, marked } from "./manifest.ts";
import { matchesExample, patchSpec } from "./merge_patch.ts";

/** How often a change is attempted when others change the store at the same time. */
const ATTEMPTS = 3;

/** Reads and changes the specs of a registry for workflows. Specs are plain maps here. */
export class Nodes {
  readonly #registry: Registry;
  readonly #scheme: Scheme<Kind>;

  constructor(registry: Registry, scheme: Scheme<Kind>) {
    this.#registry = registry;
    this.#scheme = scheme;
  }

  /** Adds specs. Their namespace defaults to `default`. @throws {Error} With `invalid argument` as a cause. */
  async create(given: Value): Promise<Value> {
    return await this.#change(() => {
      const drafts = listOf(given).map((map) => draftOf(map, this.#scheme));
      const specs = identify(drafts);
      const changes = specs.flatMap((spec) => {
        this.#rejectTaken(spec);
        return change.create(specToEntry(spec));
      });
      return { changes, answer: specs.map(specToMap) };
    });
  }

  /** Returns the specs that match one of the examples; all specs if `examples` is null. */
  read(examples: Value): Value {
    return this.#matching(examples).map(entryToMap);
  }

  /** Changes specs by JSON merge patches. @throws {Error} With `invalid argument` as a cause. */
  async update(given: Value): Promise<Value> {
    return await this.#change(() => {
      const specs = listOf(given).map((partial) => this.#merged(partial));
      const changes = specs.flatMap(({ spec, was }): Change[] => {
        const renamed = was.id.text !== `${spec.namespace}:${spec.name ?? spec.id}`;
        if (!renamed) return changeOf(spec, undefined, this.#registry);
        this.#rejectTaken(spec);
        return [change.delete(was.id), change.create(specToEntry(spec))];
      });
      return { changes, answer: specs.map(({ spec }) => specToMap(spec)) };
    });
  }

  /** Removes the specs that match one of the examples; all specs if `examples` is null. @returns Those removed. */
  async delete(examples: Value): Promise<Value> {
    return await this.#change(() => {
      const entries = this.#matching(examples);
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

  /** Applies a change. If the store has changed meanwhile, follows it and makes the change again. */
  async #change(make: () => { changes: Change[]; answer: Value }): Promise<Value> {
    for (let attempt = 1;; attempt++) {
      const { changes, answer } = make();
      try {
        await this.#registry.apply(changes, { author: "syscall" });
        return answer;
      } catch (error) {
        if (!(error instanceof ConflictError) || attempt === ATTEMPTS) throw callerError(error);
        await this.#registry.follow(error.actual);
      }
    }
  }

  #matching(examples: Value): readonly Entry[] {
    const entries = this.#registry.entries();
    if (examples === null) return entries;
    const wanted = listOf(examples, "examples");
    return entries.filter((entry) => {
      const spec = entryToMap(entry);
      return wanted.some((example) => matchesExample(spec, example, this.#scheme));
    });
  }

  #merged(partial: ValueMap): { spec: Spec; was: Entry } {
    const was = this.#find(partial);
    const { spec } = entryToSpec(was);
    const draft = draftOf(patchSpec(specToMap(spec), partial, this.#scheme), this.#scheme);
    const [identified] = identify([draft]);
    return { spec: draft.isData || spec.isData ? identified! : { ...identified!, id: spec.id }, was };
  }

  #find({ id, namespace = "default", name }: ValueMap): Entry {
    const found = typeof id === "string"
      ? this.#registry.entries().find((entry) => isNode(entry) && (entry.data as ValueMap).id === id)
      : typeof name === "string"
      ? this.#registry.get({ namespace: String(namespace), name })
      : undefined;
    if (found !== undefined) return found;
    if (id === undefined && name === undefined) throw invalid('missing field "id" or "name" of a spec to update');
    throw invalid(`unknown spec "${typeof id === "string" ? id : `${namespace}:${name}`}"`);
  }

  #rejectTaken({ namespace, name, id }: Spec): void {
    if (this.#registry.get({ namespace, name: name ?? id }) === undefined) return;
    throw invalid(`name "${name ?? id}" is already in use in namespace "${namespace}"`);
  }
}

/** Returns the error of a failed change for its caller: the reason of a rejection, rather than which handler rejected. */
function callerError(error: unknown): unknown {
  if (!(error instanceof RegistryError) || error instanceof ConflictError) return error;
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
