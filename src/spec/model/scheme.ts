import type { DataKind } from "./data_kind.ts";
import type { KindDescription } from "./kind.ts";
import { nearest } from "../../value/mod.ts";
import { COMMON_FIELDS } from "./spec.ts";

/** The names that no field of a kind may have: in a file, `spec` may stand around all fields of the kind. */
const RESERVED: ReadonlySet<string> = new Set([...COMMON_FIELDS, "spec"]);

/** Kinds of nodes, and kinds of entries that hold data. */
export interface KindSet<Kind extends KindDescription = KindDescription> {
  /** The kinds of nodes. */
  readonly kinds: Iterable<Kind>;
  /** The kinds of entries that hold data. */
  readonly dataKinds: Iterable<DataKind>;
}

/**
 * The table of kinds: those of nodes, and those of entries that hold data.
 *
 * @example
 * ```ts
 * import { Scheme } from "../mod.ts";
 * import { z } from "zod";
 * import { assertEquals } from "@std/assert";
 *
 * const scheme = new Scheme([
 *   { name: "for", aliases: ["loop"], summary: "Repeats.", fields: z.object({}), ports: { in: ["in"], out: ["out[]"] } },
 * ]);
 * assertEquals(scheme.get("loop")?.name, "for");
 * assertEquals(scheme.nearest("lop"), "loop");
 * ```
 */
export class Scheme<Kind extends KindDescription = KindDescription> implements Iterable<Kind> {
  #kinds = new Map<string, Kind>();
  #dataKinds = new Map<string, DataKind>();
  /** Where it is said which kinds there are, by the names of those that are left out. */
  readonly #leftOut = new Map<string, string>();

  /** Makes a table of kinds. @throws {Error} As `add` and `addData` do. */
  constructor(kinds: Iterable<Kind> = [], dataKinds: Iterable<DataKind> = []) {
    for (const kind of kinds) this.add(kind);
    for (const kind of dataKinds) this.addData(kind);
  }

  /** The kinds of entries that hold data, by name. */
  get dataKinds(): readonly DataKind[] {
    return [...this.#dataKinds.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  }

  /** Where entries name what they depend on, by all kinds. */
  get dependencies(): readonly string[] {
    return [...new Set([...this, ...this.dataKinds].flatMap(({ dependencies = [] }) => dependencies))];
  }

  /**
   * Adds a kind.
   *
   * @throws {Error} If one of its names is taken, or one of its fields has the name of a common field.
   */
  add(kind: Kind): this {
    const names = [kind.name, ...kind.aliases ?? []];
    for (const name of names) {
      const other = this.#kinds.get(name) ?? this.#dataKinds.get(name);
      if (other !== undefined) {
        throw new Error(`invalid name "${name}" of kind ${kind.name}: it is already a name of kind ${other.name}`);
      }
    }
    const fields = [...Object.keys(kind.fields.shape), ...Object.keys(kind.fieldAliases ?? {})];
    const common = fields.find((field) => RESERVED.has(field));
    if (common !== undefined) {
      throw new Error(`invalid field "${common}" of kind ${kind.name}: every spec has a field of that name`);
    }
    for (const name of names) this.#kinds.set(name, kind);
    return this;
  }

  /** Replaces kinds by others. @throws {Error} As `add` and `addData` do; then nothing is replaced. */
  replace(before: KindSet<Kind>, after: KindSet<Kind>): void {
    const removed = new Set<unknown>([...before.kinds, ...before.dataKinds]);
    const next = new Scheme<Kind>(
      [...this].filter((kind) => !removed.has(kind)),
      this.dataKinds.filter((kind) => !removed.has(kind)),
    );
    for (const kind of after.kinds) next.add(kind);
    for (const kind of after.dataKinds) next.addData(kind);
    this.#kinds = next.#kinds;
    this.#dataKinds = next.#dataKinds;
  }

  /** Adds a kind of entries that hold data. @throws {Error} If its name is taken. */
  addData(kind: DataKind): this {
    const other = this.#kinds.get(kind.name) ?? this.#dataKinds.get(kind.name);
    if (other !== undefined) {
      throw new Error(`invalid name "${kind.name}" of kind ${kind.name}: it is already a name of kind ${other.name}`);
    }
    this.#dataKinds.set(kind.name, kind);
    return this;
  }

  /** Notes kinds that exist and are left out. @param where Where it is said which kinds there are: `weft.yaml:3:5`. */
  leaveOut(kinds: Iterable<KindDescription>, where: string): this {
    for (const { name, aliases = [] } of kinds) for (const one of [name, ...aliases]) this.#leftOut.set(one, where);
    return this;
  }

  /** Returns where it is said that a kind is left out; undefined if there is no such kind. */
  leftOutAt(name: string): string | undefined {
    return this.#leftOut.get(name);
  }

  /** Returns the kind of entries that hold data of a name. */
  dataKind(name: string): DataKind | undefined {
    return this.#dataKinds.get(name);
  }

  /** Returns the kind of a name or alias. */
  get(name: string): Kind | undefined {
    return this.#kinds.get(name);
  }

  /** Returns the names of all kinds of nodes, sorted, without aliases. */
  names(): string[] {
    return [...this].map((kind) => kind.name);
  }

  /** Returns the name or alias that was probably meant, or of a kind that does what such a kind does elsewhere. */
  nearest(name: string): string | undefined {
    const heir = [...this].find(({ replaces }) => replaces?.includes(name))?.name;
    return heir ?? nearest(name, [...this.#kinds.keys(), ...this.#dataKinds.keys()]);
  }

  /** Iterates over all kinds of nodes, by name. */
  *[Symbol.iterator](): Generator<Kind, void, unknown> {
    for (const name of [...this.#kinds.keys()].sort()) {
      const kind = this.#kinds.get(name)!;
      if (kind.name === name) yield kind;
    }
  }
}
