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

  /**
   * Folds old versions into the baseline: all that are older than a time, or than a version, and that nothing which
   * stays was made from. Head, what is newer, and the ancestor that these have in common stay.
   */
  prune(before: Date | number): Promise<Pruned>;

  /** Lets go of the store. Watches end, other calls reject from then on. */
  close(): Promise<void>;
}
