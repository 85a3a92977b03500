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
import { refusal } from "./compile.ts";
import { entryToSpec, specToEntry } from "./entry.ts";
import { changeOf } from "./manifest.ts";

/** How often a change is tried when somebody else changes the store at the same time. */
const ATTEMPTS = 3;

/** The specs of a registry as a workflow reads and changes them: plain maps in, plain maps out. */
export class Nodes {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Adds specs. A spec without a namespace is of `default`. @throws {Error} With `invalid argument` as a cause. */
  async create(given: Value): Promise<Value> {
    return await this.#change(() => {
      const drafts = listOf(given).map(draftOf);
      const specs = identify(drafts);
      const changes = specs.flatMap((spec) => {
        this.#refuseTaken(spec);
        return change.create(specToEntry(spec));
      });
      return { changes, answer: specs.map(specToMap) };
    });
  }

  /** The specs that are like one of the examples; all if there are none. */
  read(examples: Value): Value {
    return this.#like(examples).map(({ data }) => data);
  }

  /** Puts the given fields over those of specs. @throws {Error} With `invalid argument` as a cause. */
  async update(given: Value): Promise<Value> {
    return await this.#change(() => {
      const specs = listOf(given).map((partial) => this.#merged(partial));
      const changes = specs.flatMap(({ spec, was }): Change[] => {
        const renamed = was.id.text !== `${spec.namespace}:${spec.name ?? spec.id}`;
        if (!renamed) return changeOf(spec, undefined, this.#registry);
        this.#refuseTaken(spec);
        return [change.delete(was.id), change.create(specToEntry(spec))];
      });
      return { changes, answer: specs.map(({ spec }) => specToMap(spec)) };
    });
  }

  /** Removes the specs that are like one of the examples; all if there are none. */
  async delete(examples: Value): Promise<Value> {
    return await this.#change(() => {
      const entries = this.#like(examples);
      return { changes: entries.map(({ id }) => change.delete(id)), answer: entries.map(({ data }) => data) };
    });
  }

  /** Goes to a version. */
  async rollback(given: Value): Promise<Version> {
    const version = isMap(given) ? given.version : given;
    if (typeof version !== "number" || !Number.isInteger(version) || version < 0) {
      throw invalid(`a version is a whole number; it is ${show(version)}`);
    }
    if (await this.#registry.versionOf(version) === undefined) throw invalid(`there is no version ${version}`);
    try {
      return await this.#registry.jump(version, { author: "syscall" });
    } catch (error) {
      throw mistakeOf(error);
    }
  }

  /** Makes a change; where somebody else was faster, follows and makes it anew. */
  async #change(make: () => { changes: Change[]; answer: Value }): Promise<Value> {
    for (let attempt = 1;; attempt++) {
      const { changes, answer } = make();
      try {
        await this.#registry.apply(changes, { author: "syscall" });
        return answer;
      } catch (error) {
        if (!(error instanceof ConflictError) || attempt === ATTEMPTS) throw mistakeOf(error);
        await this.#registry.follow(error.actual);
      }
    }
  }

  #like(examples: Value): readonly Entry[] {
    const specs = this.#registry.entries().filter(({ data }) => isMap(data) && typeof data.kind === "string");
    if (examples === null) return specs;
    const wanted = listOf(examples, "examples");
    return specs.filter(({ data }) => wanted.some((example) => isLike(data as ValueMap, example)));
  }

  #merged(partial: ValueMap): { spec: Spec; was: Entry } {
    const was = this.#find(partial);
    const { spec } = entryToSpec(was);
    const { ports, match: _, ...rest } = partial;
    const links = ports === undefined ? {} : { links: ports };
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
    if (id === undefined && name === undefined) throw invalid("a spec is found by its id or its name, and has neither");
    throw invalid(`there is no spec ${typeof id === "string" ? id : `${namespace}:${name}`}`);
  }

  #refuseTaken({ namespace, name, id }: Spec): void {
    if (this.#registry.get({ namespace, name: name ?? id }) === undefined) return;
    throw invalid(`the name ${name ?? id} is taken in the namespace ${namespace}`);
  }
}

/** Why a change failed, as its author is to see it: what was refused, rather than who refused it. */
function mistakeOf(error: unknown): unknown {
  if (!(error instanceof RegistryError) || error instanceof ConflictError) return error;
  if (error.code === "rejected" && error.cause !== undefined) return error.cause;
  const mistaken = error.code === "invalid" || error.code === "conflict" || error.code === "not_found";
  return mistaken ? invalid(error.message) : error;
}

function isLike(spec: ValueMap, example: ValueMap): boolean {
  return Object.keys(example).every((key) => equal(spec[key], example[key]));
}

function listOf(given: Value, what = "specs"): ValueMap[] {
  const list = isList(given) ? given : given === null ? [] : [given];
  if (list.length === 0) throw invalid(`there are no ${what}`);
  return list.map((item) => {
    if (!isMap(item)) throw invalid(`one of the ${what} is a ${kindOf(item)}, not a map`);
    return item;
  });
}

function draftOf(map: ValueMap): SpecDraft {
  const { spec, diagnostics } = specFromMap(map);
  if (spec === undefined) throw refusal(diagnostics);
  return spec;
}

function show(value: Value | undefined): string {
  return typeof value === "number" ? String(value) : value === undefined ? "not given" : `a ${kindOf(value)}`;
}

function invalid(message: string): Error {
  return failure(message, { code: "invalid", cause: failure("invalid argument") });
}
