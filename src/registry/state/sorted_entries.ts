import type { Entry } from "../entry.ts";
import { Id } from "../id.ts";

/** The most entries in a chunk. A change copies one chunk and the list of chunks: about 700 slots of 100,000. */
const CHUNK = 256;

/** The new entry of an id; undefined if it is removed. */
export type Patch = readonly [id: Id, entry: Entry | undefined];

/** An immutable list of entries, ordered by id, in chunks that a changed list shares with the one it came from. */
export class SortedEntries {
  static readonly empty: SortedEntries = new SortedEntries([]);

  /** @param chunks None is empty. */
  private constructor(readonly chunks: readonly (readonly Entry[])[]) {}

  /** Yields every entry, in order. */
  *[Symbol.iterator](): IterableIterator<Entry> {
    for (const chunk of this.chunks) yield* chunk;
  }

  /** Returns the entries of a namespace, in order. */
  namespace(namespace: string): Entry[] {
    const entries: Entry[] = [];
    // The id with an empty name is the first of the namespace.
    const first = Id.of(namespace, "");
    for (
      let at = chunkOf(this.chunks, first, 0), from = undefined as number | undefined;
      at < this.chunks.length;
      at++
    ) {
      const chunk = this.chunks[at]!;
      from = from === undefined ? lowerBound(chunk, first, 0) : 0;
      for (let i = from; i < chunk.length; i++) {
        if (chunk[i]!.id.namespace !== namespace) return entries;
        entries.push(chunk[i]!);
      }
    }
    return entries;
  }

  /** Returns the list with patches applied. @param patches At least one, ordered by id, one for each id. */
  patched(patches: readonly Patch[]): SortedEntries {
    let copied = chunkOf(this.chunks, patches[0]![0], 0);
    const chunks = this.chunks.slice(0, copied);
    for (let i = 0; i < patches.length;) {
      const at = chunkOf(this.chunks, patches[i]![0], copied);
      while (copied < at) chunks.push(this.chunks[copied++]!);
      const after = this.chunks[at + 1]?.[0]?.id;
      const end = after === undefined ? patches.length : upTo(patches, after, i);
      append(chunks, merge(this.chunks[at] ?? [], patches, i, end));
      copied = at + 1;
      i = end;
    }
    return new SortedEntries(chunks.concat(this.chunks.slice(copied)));
  }
}

/** Returns the index, at least `from`, of the last chunk that begins at or before the id; `from` if there is none. */
function chunkOf(chunks: readonly (readonly Entry[])[], id: Id, from: number): number {
  let low = from;
  let high = chunks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (Id.compare(chunks[middle]![0]!.id, id) <= 0) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Returns the index, at least `from`, of the first entry whose id is not before the given one. */
function lowerBound(chunk: readonly Entry[], id: Id, from: number): number {
  let low = from;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Id.compare(chunk[middle]!.id, id) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns the index of the first patch, from `from` on, whose id is not before the given one. */
function upTo(patches: readonly Patch[], id: Id, from: number): number {
  let at = from;
  while (at < patches.length && Id.compare(patches[at]![0], id) < 0) at++;
  return at;
}

/** Returns a chunk with the patches from `start` to before `end` applied. */
function merge(chunk: readonly Entry[], patches: readonly Patch[], start: number, end: number): Entry[] {
  const replaced = replace(chunk, patches, start, end);
  if (replaced !== undefined) return replaced;
  const merged: Entry[] = [];
  let copied = 0;
  for (let i = start; i < end; i++) {
    const [id, entry] = patches[i]!;
    const at = lowerBound(chunk, id, copied);
    while (copied < at) merged.push(chunk[copied++]!);
    if (chunk[copied]?.id === id) copied++;
    if (entry !== undefined) merged.push(entry);
  }
  while (copied < chunk.length) merged.push(chunk[copied++]!);
  return merged;
}

/** Does the same where every patch replaces an entry, so that none moves; otherwise returns undefined. */
function replace(chunk: readonly Entry[], patches: readonly Patch[], start: number, end: number): Entry[] | undefined {
  const replaced = chunk.slice();
  for (let i = start, at = 0; i < end; i++) {
    const [id, entry] = patches[i]!;
    at = lowerBound(chunk, id, at);
    if (entry === undefined || chunk[at]?.id !== id) return undefined;
    replaced[at] = entry;
  }
  return replaced;
}

/** Adds entries as chunks: split if they are too many for one, joined with the last chunk if both are small. */
function append(chunks: (readonly Entry[])[], entries: readonly Entry[]): void {
  if (entries.length === 0) return;
  const last = chunks.at(-1);
  if (last !== undefined && last.length + entries.length <= CHUNK / 2) {
    chunks[chunks.length - 1] = [...last, ...entries];
  } else if (entries.length <= CHUNK) {
    chunks.push(entries);
  } else {
    const parts = Math.ceil(entries.length / (CHUNK / 2));
    const size = Math.ceil(entries.length / parts);
    for (let i = 0; i < entries.length; i += size) chunks.push(entries.slice(i, i + size));
  }
}
