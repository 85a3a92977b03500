import {
  type Change,
  change,
  ConflictError,
  type Entry,
  type Registry,
  RegistryError,
  type Version,
} from "../registry/mod.ts";
import { identify, type Spec, type SpecDraft, specFromMap, specToMap } from "../spec/mod.ts";
import { equal, failure, isList, isMap, kindOf, type Value, type ValueMap } from "../value/mod.ts";
import { rejection } from "./compile.ts";
import { entryToSpec, specToEntry } from "./entry.ts";
import { changeOf } from "./manifest.ts";

/** How often a change is attempted when others change the store at the same time. */
const ATTEMPTS = 3;

/** Reads and changes the specs of a registry for workflows. Specs are plain maps here. */
export class Nodes {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Adds specs. Their namespace defaults to `default`. @throws {Error} With `invalid argument` as a cause. */
  async create(given: Value): Promise<Value> {
    return await this.#change(() => {
      const drafts = listOf(given).map(draftOf);
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
    return this.#matching(examples).map(({ data }) => data);
  }

  /** Replaces the given fields of specs. @throws {Error} With `invalid argument` as a cause. */
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
      return { changes: entries.map(({ id }) => change.delete(id)), answer: entries.map(({ data }) => data) };
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
    const specs = this.#registry.entries().filter(({ data }) => isMap(data) && typeof data.kind === "string");
    if (examples === null) return specs;
    const wanted = listOf(examples, "examples");
    return specs.filter(({ data }) => wanted.some((example) => matches(data as ValueMap, example)));
  }

  #merged(partial: ValueMap): { spec: Spec; was: Entry } {
    const was = this.#find(partial);
    const { spec } = entryToSpec(was);
    const { ports, match: _, ...rest } = partial;
    const links: ValueMap = ports === undefined ? {} : { links: ports };
    const draft = draftOf({ ...specToMap(spec), ...rest, ...links });
    return { spec: { ...draft, id: spec.id }, was };
  }

  #find({ id, namespace = "default", name }: ValueMap): Entry {
    const found = typeof id === "string"
      ? this.#registry.entries().find(({ data }) => isMap(data) && data.id === id)
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

function matches(spec: ValueMap, example: ValueMap): boolean {
  return Object.keys(example).every((key) => equal(spec[key], example[key]));
}

function listOf(given: Value, what = "specs"): ValueMap[] {
  const list = isList(given) ? given : given === null ? [] : [given];
  if (list.length === 0) throw invalid(`no ${what} given`);
  return list.map((item) => {
    if (!isMap(item)) throw invalid(`invalid item of ${what}: expected a map, not a ${kindOf(item)}`);
    return item;
  });
}

function draftOf(map: ValueMap): SpecDraft {
  const { spec, diagnostics } = specFromMap(map);
  if (spec === undefined) throw rejection(diagnostics);
  return spec;
}

function show(value: Value | undefined): string {
  return typeof value === "number" ? String(value) : value === undefined ? "not given" : `a ${kindOf(value)}`;
}

function invalid(message: string): Error {
  return failure(message, { code: "invalid", cause: failure("invalid argument") });
}
