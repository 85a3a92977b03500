import type { Entry } from "../entry.ts";
import { Id } from "../id.ts";
import { entryAfter, entryBefore, type Operation } from "../operation.ts";
import { ConstraintGraph } from "./constraint_graph.ts";
import { groupsOf, type Reference, type Resolver } from "./resolver.ts";

/** Called with the ids of entries that depend on each other in a cycle, which are ordered by id. */
export type OnCycle = (ids: readonly Id[]) => void;

const KINDS = ["create", "delete", "update"];

/**
 * Returns a changeset in canonical order. A create or update comes after those of the entries that it depends on; a
 * delete comes after the updates and deletes that end a dependency on its entry, and before a create of the same id.
 * Otherwise the order is by id, so that it never depends on that of the input.
 */
export function order(operations: readonly Operation[], resolver: Resolver, onCycle?: OnCycle): Operation[] {
  const sorted = operations.toSorted(byIdAndKind);
  const graph = new ConstraintGraph(sorted.length);
  const made = new Targets(sorted, entryAfter);
  const deleted = new Targets(sorted, (operation) => operation.kind === "delete" ? operation.original : undefined);
  sorted.forEach((operation, at) => {
    const after = entryAfter(operation);
    if (after !== undefined) made.forEach(resolver.references(after), (needed) => graph.before(needed, at));
    const before = entryBefore(operation);
    if (before !== undefined) deleted.forEach(resolver.references(before), (freed) => graph.before(at, freed));
    if (operation.kind !== "delete") return;
    // Creates of the same id are right before it.
    for (let other = at - 1; sorted[other]?.id === operation.id; other--) {
      if (sorted[other]!.kind === "create") graph.before(at, other, true);
    }
  });
  return graph.order((cycle) => onCycle?.(cycle.map((at) => sorted[at]!.id))).map((at) => sorted[at]!);
}

function byIdAndKind(a: Operation, b: Operation): number {
  return Id.compare(a.id, b.id) || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind);
}

/** Operations indexed by their entries, as references name them. Built with the first use, as there is often none. */
class Targets {
  readonly #operations: readonly Operation[];
  readonly #entryOf: (operation: Operation) => Entry | undefined;
  readonly #byId = new Map<Id, number[]>();
  readonly #byGroup = new Map<string, number[]>();
  readonly #byNamespace = new Map<string, number[]>();
  #isBuilt = false;

  constructor(operations: readonly Operation[], entryOf: (operation: Operation) => Entry | undefined) {
    this.#operations = operations;
    this.#entryOf = entryOf;
  }

  forEach(references: readonly Reference[], visit: (operation: number) => void): void {
    if (references.length === 0) return;
    if (!this.#isBuilt) this.#build();
    for (const reference of references) this.#find(reference)?.forEach(visit);
  }

  #build(): void {
    this.#isBuilt = true;
    this.#operations.forEach((operation, at) => {
      const entry = this.#entryOf(operation);
      if (entry === undefined) return;
      push(this.#byId, entry.id, at);
      push(this.#byNamespace, entry.id.namespace, at);
      for (const group of groupsOf(entry)) push(this.#byGroup, group, at);
    });
  }

  #find(reference: Reference): readonly number[] | undefined {
    switch (reference.to) {
      case "entry":
        return this.#byId.get(reference.id);
      case "group":
        return this.#byGroup.get(reference.group);
      case "namespace":
        return this.#byNamespace.get(reference.namespace);
    }
  }
}

function push<K>(lists: Map<K, number[]>, key: K, item: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
