import type { Entry } from "../entry.ts";
import { Id } from "../id.ts";
import { entryAfter, entryBefore, type Operation } from "../operation.ts";
import type { State } from "../state/state.ts";
import { groupsOf, type Reference, type Resolver } from "./resolver.ts";

/** An index of the dependencies in a state, kept up to date by the operations that change it. */
export class DependencyIndex {
  readonly #resolver: Resolver;
  readonly #members = new Map<string, Set<Id>>();
  readonly #dependants = new Map<string, Set<Id>>();
  #state: State;
  #revision: number;

  constructor(resolver: Resolver, state: State) {
    this.#resolver = resolver;
    this.#state = state;
    this.#revision = -1;
  }

  /** Updates the index to a changed state. */
  follow(state: State, operations: readonly Operation[]): void {
    this.#state = state;
    if (this.#revision !== this.#resolver.revision) return;
    for (const operation of operations) {
      const before = entryBefore(operation);
      if (before !== undefined) this.#remove(before);
      const after = entryAfter(operation);
      if (after !== undefined) this.#add(after);
    }
  }

  /** Returns the entries that depend on an id, existing or not: by the id, a group of its entry, or its namespace. */
  dependants(id: Id): Id[] {
    this.#refresh();
    const found = new Set(this.#dependants.get(keyOf({ to: "entry", id })));
    const namespace = this.#dependants.get(keyOf({ to: "namespace", namespace: id.namespace }));
    for (const dependant of namespace ?? []) found.add(dependant);
    const entry = this.#state.get(id);
    for (const group of entry === undefined ? [] : groupsOf(entry)) {
      for (const dependant of this.#dependants.get(keyOf({ to: "group", group })) ?? []) found.add(dependant);
    }
    found.delete(id);
    return [...found].sort(Id.compare);
  }

  /** Returns the existing entries that an entry depends on. */
  dependencies(id: Id): Id[] {
    this.#refresh();
    const entry = this.#state.get(id);
    if (entry === undefined) return [];
    const found = new Set<Id>();
    for (const reference of this.#resolver.references(entry)) {
      for (const one of this.#targets(reference)) found.add(one);
    }
    found.delete(id);
    return [...found].sort(Id.compare);
  }

  #targets(reference: Reference): Iterable<Id> {
    switch (reference.to) {
      case "entry":
        return this.#state.get(reference.id) === undefined ? [] : [reference.id];
      case "group":
        return this.#members.get(reference.group) ?? [];
      case "namespace":
        return this.#state.namespace(reference.namespace).map(({ id }) => id);
    }
  }

  /** Builds the index again if patterns were registered since, which may find more in existing entries. */
  #refresh(): void {
    if (this.#revision === this.#resolver.revision) return;
    this.#members.clear();
    this.#dependants.clear();
    for (const entry of this.#state) this.#add(entry);
    this.#revision = this.#resolver.revision;
  }

  #add(entry: Entry): void {
    for (const group of groupsOf(entry)) add(this.#members, group, entry.id);
    for (const reference of this.#resolver.references(entry)) add(this.#dependants, keyOf(reference), entry.id);
  }

  #remove(entry: Entry): void {
    for (const group of groupsOf(entry)) remove(this.#members, group, entry.id);
    for (const reference of this.#resolver.references(entry)) remove(this.#dependants, keyOf(reference), entry.id);
  }
}

function keyOf(reference: Reference): string {
  switch (reference.to) {
    case "entry":
      return `entry:${reference.id}`;
    case "group":
      return `group:${reference.group}`;
    case "namespace":
      return `namespace:${reference.namespace}`;
  }
}

function add(sets: Map<string, Set<Id>>, key: string, id: Id): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([id]));
  else set.add(id);
}

function remove(sets: Map<string, Set<Id>>, key: string, id: Id): void {
  const set = sets.get(key);
  set?.delete(id);
  if (set?.size === 0) sets.delete(key);
}
