import type { Entry } from "../entry.ts";
import { Id } from "../id.ts";

/** The most entries a chunk holds. A change copies one chunk and the list of chunks: about 700 slots of 100,000. */
const CHUNK = 256;

/** What becomes of an id: its entry, or nothing. */
export type Patch = readonly [id: Id, entry: Entry | undefined];

/** An immutable list of entries, ordered by id, in chunks that a changed list shares with the one it came from. */
export class SortedEntries {
  static readonly empty = new SortedEntries([]);

  /** @param chunks None is empty. */
  private constructor(readonly chunks: readonly (readonly Entry[])[]) {}

  /** Every entry, in order. */
  *[Symbol.iterator](): IterableIterator<Entry> {
    for (const chunk of this.chunks) yield* chunk;
  }

  /** The entries of a namespace, in order. */
  namespace(namespace: string): Entry[] {
    const entries: Entry[] = [];
    // No id of the namespace comes before the one with an empty name.
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

  /** With the patches applied. @param patches Ordered by id, one an id, and not none. */
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

/** The index, not below `from`, of the last chunk that begins at or before the id; `from` if there is none. */
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

/** The index, not below `from`, of the first entry whose id is not before the given one. */
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

/** The index of the first patch, from `from` on, whose id is not before the given one. */
function upTo(patches: readonly Patch[], id: Id, from: number): number {
  let at = from;
  while (at < patches.length && Id.compare(patches[at]![0], id) < 0) at++;
  return at;
}

/** A chunk with the patches from `start` to before `end`. */
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

/** The same, where every patch replaces an entry, so that none moves; else undefined. */
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

/** Adds entries as chunks: split if they are too many for one, joined to the chunk before if both are small. */
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
