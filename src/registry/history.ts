import type { Value } from "../value/mod.ts";
import type { Entry } from "./entry.ts";
import type { Operation } from "./operation.ts";
import type { Version } from "./version.ts";

/** Which version is in force. */
export interface Head {
  readonly version: number;
  /** Which move of the head that was; `watch` takes it. 0 before the first. */
  readonly sequence: number;
}

/** A move of the head, by a new version or by going to one that was there. */
export interface Move {
  /** Ascending, without two alike. */
  readonly sequence: number;
  readonly version: number;
  /** The version that was in force before. */
  readonly previous: number;
  readonly time: Date;
  readonly author?: string;
  readonly message?: string;
}

/** Who changes something, and why. */
export interface Signature {
  readonly author?: string;
  readonly message?: string;
}

/** A version to be saved. */
export interface Draft extends Signature {
  /** The version that it was made from, which has to be head. */
  readonly base: number;
  readonly operations: readonly Operation[];
}

/** A version with what led to it. */
export interface Changeset {
  readonly version: Version;
  readonly operations: readonly Operation[];
}

/** What the oldest version of a history holds. */
export interface Baseline {
  readonly version: number;
  readonly entries: readonly Entry[];
}

/** What one runtime tells everyone on the same store about itself. */
export interface Announcement {
  /** Of whoever announces; a later announcement takes the place of the one before. */
  readonly id: string;
  readonly time: Date;
  readonly data: Value;
}

/** An announcement as others read it. */
export interface HeardAnnouncement extends Announcement {
  /** How long ago it was made, in milliseconds. */
  readonly age: number;
}

/** An announcement older than this, in milliseconds, is forgotten: one hour. */
export const ANNOUNCEMENT_LIFE = 60 * 60 * 1000;

/** What `prune` did. */
export interface Pruned {
  /** The version that the history begins with now. */
  readonly root: number;
  /** The versions that are gone, ascending. */
  readonly removed: readonly number[];
}

/**
 * Where versions are kept. Several registries, in several processes, may use one store at once: whatever changes it
 * does so whole or not at all, and only from the head that the writer names.
 *
 * Every method rejects with a `RegistryError`: `unavailable` if the store cannot do that, or not now.
 */
export interface History {
  /** Which version is in force. */
  head(): Promise<Head>;

  /** All versions, by ascending id. */
  versions(): Promise<Version[]>;

  /** A version and what led to it; undefined if it is not there. */
  get(id: number): Promise<Changeset | undefined>;

  /** What led to each of these versions. Rejects with `not_found` if one is not there, or begins the history. */
  changesets(ids: readonly number[]): Promise<(readonly Operation[])[]>;

  /** The version that the history begins with, and its entries. */
  baseline(): Promise<Baseline>;

  /** Makes a version and moves head to it. Rejects with a `ConflictError` if head is not `base`. */
  save(draft: Draft): Promise<Version>;

  /** Moves head to a version. Rejects with a `ConflictError` if head is not `expected`. */
  setHead(version: number, expected: number, signature?: Signature): Promise<Head>;

  /** The moves of head after the one of that sequence, in order. */
  moves(since: number): Promise<Move[]>;

  /**
   * Every move of head after the one of that sequence, each once and in order, those to come within 200 ms. It ends
   * when the signal is aborted or the history is closed; a store that is not available for a while does not end it.
   */
  watch(since: number, signal?: AbortSignal): AsyncIterableIterator<Move>;

  /** Tells everyone on this store something, in the place of what the same id told before. It wakes no watcher. */
  announce(announcement: Announcement): Promise<void>;

  /** What was announced and not withdrawn, by id. */
  announcements(): Promise<HeardAnnouncement[]>;

  /** Takes back what an id announced. */
  withdraw(id: string): Promise<void>;

  /** What was noted last under a key; undefined if nothing was. Notes belong to no version. */
  note(key: string): Promise<Value | undefined>;

  /** Notes something under a key, in the place of what was noted before, for good. It wakes no watcher. */
  setNote(key: string, value: Value): Promise<void>;

  /**
   * Folds old versions into the baseline: all that are older than a time, or than a version, and that nothing which
   * stays was made from. Head, what is newer, and the ancestor that these have in common stay.
   */
  prune(before: Date | number): Promise<Pruned>;

  /** Lets go of the store. Watches end, other calls reject from then on. */
  close(): Promise<void>;
}
