import type { KindDescription } from "./kind.ts";
import { nearest } from "./nearest.ts";
import { COMMON_FIELDS } from "./spec.ts";

/**
 * The table of kinds.
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

  /** Makes a table of kinds. @throws {Error} As `add` does. */
  constructor(kinds: Iterable<Kind> = []) {
    for (const kind of kinds) this.add(kind);
  }

  /**
   * Adds a kind.
   *
   * @throws {Error} If one of its names is taken, or one of its fields has the name of a common field.
   */
  add(kind: Kind): this {
    const names = [kind.name, ...kind.aliases ?? []];
    for (const name of names) {
      const other = this.#kinds.get(name);
      if (other !== undefined) {
        throw new Error(`the kind ${kind.name} cannot be called ${name}: that is a name of the kind ${other.name}`);
      }
    }
    const fields = [...Object.keys(kind.fields.shape), ...Object.keys(kind.fieldAliases ?? {})];
    const common = fields.find((field) => (COMMON_FIELDS as readonly string[]).includes(field));
    if (common !== undefined) {
      throw new Error(`the kind ${kind.name} cannot have a field ${common}: every spec has one of that name`);
    }
    for (const name of names) this.#kinds.set(name, kind);
    return this;
  }

  /** Replaces kinds by others. @throws {Error} As `add` does; then nothing is replaced. */
  replace(before: Iterable<Kind>, after: Iterable<Kind>): void {
    const removed = new Set(before);
    const next = new Scheme([...this].filter((kind) => !removed.has(kind)));
    for (const kind of after) next.add(kind);
    this.#kinds = next.#kinds;
  }

  /** Returns the kind of a name or alias. */
  get(name: string): Kind | undefined {
    return this.#kinds.get(name);
  }

  /** Returns the names of all kinds, sorted, without aliases. */
  names(): string[] {
    return [...this].map((kind) => kind.name);
  }

  /** Returns the name or alias that was probably meant. */
  nearest(name: string): string | undefined {
    return nearest(name, this.#kinds.keys());
  }

  /** Iterates over all kinds, by name. */
  *[Symbol.iterator](): Generator<Kind, void, unknown> {
    for (const name of [...this.#kinds.keys()].sort()) {
      const kind = this.#kinds.get(name)!;
      if (kind.name === name) yield kind;
    }
  }
}
