import { isList, type Value } from "../../value/mod.ts";
import type { Entry } from "../entry.ts";

/** A field of `meta`: how it is read, and its name. */
export interface IndexedField {
  /** The path of the field, such as `meta.port`: the same path names the same field. */
  readonly path: string;
  /** Returns the value of the field; undefined if an entry does not have it. */
  read(entry: Entry): Value | undefined;
}

/** By how many fields a chunk is indexed; the index that was made first goes then. */
const MOST_FIELDS = 16;

/** The entries of a chunk by their kinds and by values of fields. An index is made when it is first asked for. */
export class ChunkIndex {
  static readonly #known = new WeakMap<readonly Entry[], ChunkIndex>();
  readonly #chunk: readonly Entry[];
  #kinds: ReadonlyMap<string, readonly Entry[]> | undefined;
  readonly #fields = new Map<string, ReadonlyMap<string, readonly Entry[]>>();

  private constructor(chunk: readonly Entry[]) {
    this.#chunk = chunk;
  }

  /** Returns the index of a chunk, which all states with that chunk share. */
  static of(chunk: readonly Entry[]): ChunkIndex {
    let index = ChunkIndex.#known.get(chunk);
    if (index === undefined) ChunkIndex.#known.set(chunk, index = new ChunkIndex(chunk));
    return index;
  }

  /** The entries by kind, each list in order. */
  get kinds(): ReadonlyMap<string, readonly Entry[]> {
    return this.#kinds ??= Map.groupBy(this.#chunk, ({ kind }) => kind);
  }

  /** Returns the entries, in order, whose field is a value that is written as this text, or a list with such an item. */
  withText(field: IndexedField, text: string): readonly Entry[] {
    let texts = this.#fields.get(field.path);
    if (texts === undefined) {
      if (this.#fields.size === MOST_FIELDS) this.#fields.delete(this.#fields.keys().next().value!);
      this.#fields.set(field.path, texts = this.#indexed(field));
    }
    return texts.get(text) ?? [];
  }

  #indexed(field: IndexedField): ReadonlyMap<string, readonly Entry[]> {
    const texts = new Map<string, Entry[]>();
    for (const entry of this.#chunk) {
      const value = field.read(entry);
      if (value === undefined) continue;
      for (const item of isList(value) ? value : [value]) {
        const text = textOf(item);
        if (text === undefined) continue;
        const entries = texts.get(text);
        if (entries === undefined) texts.set(text, [entry]);
        else if (entries.at(-1) !== entry) entries.push(entry);
      }
    }
    return texts;
  }
}

/** Returns how a value is written as an index has it; undefined for what has no such text. */
export function textOf(value: Value): string | undefined {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "bigint":
    case "boolean":
      return String(value);
  }
  return value === null ? "null" : undefined;
}
