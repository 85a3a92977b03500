import type { Kind } from "../kind/mod.ts";
import type { Entry, Operation } from "../registry/mod.ts";
import type { Scheme } from "../spec/mod.ts";
import type { CompiledUnit } from "./compile.ts";

/** The entries that hold definitions which specs of a namespace use, and what a transaction makes of them. */
export class Definitions {
  readonly #options: { readonly namespace: string; readonly scheme: Scheme<Kind> };
  #current: ReadonlyMap<string, Entry> = new Map();
  /** As they are after the transaction; undefined outside of one. */
  #next: Map<string, Entry> | undefined;
  /** The entries that use each definition that changes, and do not change themselves. */
  #using = new Map<string, Entry[]>();

  constructor(options: { readonly namespace: string; readonly scheme: Scheme<Kind> }) {
    this.#options = options;
  }

  /** Returns a definition, as it is after the transaction that is under way. */
  get(name: string): Entry | undefined {
    return (this.#next ?? this.#current).get(name);
  }

  /**
   * Takes over what a transaction changes.
   *
   * @param units The units that are in force.
   * @returns The entries that have to be prepared again, because they use a definition that changes.
   */
  stage(operations: readonly Operation[], units: readonly CompiledUnit[]): Entry[] {
    const { namespace, scheme } = this.#options;
    const holders = new Set([...scheme].flatMap(({ uses }) => uses ?? []));
    this.#next = new Map(this.#current);
    this.#using = new Map();
    const changed = new Set<string>();
    const touched = new Set<string>();
    for (const operation of operations) {
      const { id, kind } = operation.kind === "delete" ? operation.original : operation.entry;
      if (id.namespace !== namespace) continue;
      touched.add(id.name);
      if (!holders.has(kind)) continue;
      changed.add(id.name);
      if (operation.kind === "delete") this.#next.delete(id.name);
      else this.#next.set(id.name, operation.entry);
    }
    if (changed.size === 0) return [];
    const using = units.filter(({ entry, uses }) =>
      entry !== undefined && !touched.has(entry.id.name) && [...uses ?? []].some((name) => changed.has(name))
    );
    for (const { entry, uses } of using) {
      // once, at the first of them that changes
      const first = [...uses!].find((name) => changed.has(name))!;
      this.#using.set(first, [...this.#using.get(first) ?? [], entry!]);
    }
    return using.map(({ entry }) => entry!);
  }

  /** Returns what has to be prepared again for a definition; once. */
  takeUsing({ id: { namespace, name } }: Entry): readonly Entry[] {
    if (namespace !== this.#options.namespace) return [];
    const using = this.#using.get(name) ?? [];
    this.#using.delete(name);
    return using;
  }

  /** Makes what the transaction has changed the definitions in force. */
  commit(): void {
    this.#current = this.#next ?? this.#current;
    this.#next = undefined;
  }

  /** Forgets what the transaction would have changed. */
  discard(): void {
    this.#next = undefined;
    this.#using = new Map();
  }
}
