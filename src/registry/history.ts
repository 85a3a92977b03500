import type { Entry } from "./entry.ts";
import type { Operation } from "./operation.ts";
import type { Version } from "./version.ts";

/** The version that is in force. */
export interface Head {
  /** The version that is in force. */
  readonly version: number;
  /** The sequence number of the move in the head log, for `watch`. 0 before the first move. */
  readonly sequence: number;
}

/** An entry of the head log: head has moved to a new version, or to an existing one. */
export interface Move {
  /** Ascending and unique. */
  readonly sequence: number;
  /** The version that head moved to. */
  readonly version: number;
  /** The version that was head before. */
  readonly previous: number;
  /** When it moved. */
  readonly time: Date;
  /** Who moved it. */
  readonly author?: string;
  /** Why. */
  readonly message?: string;
}

/** The author of a change and the reason for it. */
export interface Signature {
  /** Who made the change. */
  readonly author?: string;
  /** Why. */
  readonly message?: string;
}

/** Returns the fields of a signature that are set, from any object that has them. */
export function signatureOf({ author, message }: Signature): Signature {
  return { ...(author === undefined ? {} : { author }), ...(message === undefined ? {} : { message }) };
}

/** A version to save. */
export interface Draft extends Signature {
  /** The version that it is based on, which must be head. */
  readonly base: number;
  /** The operations that lead to it from `base`. */
  readonly operations: readonly Operation[];
}

/** A version with the operations that led to it. */
export interface Changeset {
  /** The version. */
  readonly version: Version;
  /** The operations that led to it from its parent. */
  readonly operations: readonly Operation[];
}

/** The entries of the oldest version of a history. */
export interface Baseline {
  /** The version. */
  readonly version: number;
  /** Its entries. */
  readonly entries: readonly Entry[];
}

/** The result of `prune`. */
export interface Pruned {
  /** The version that the history begins with from now on. */
  readonly root: number;
  /** The versions that were removed, ascending. */
  readonly removed: readonly number[];
}

/**
 * A store of versions. Several registries, in several processes, may use one at the same time: a write succeeds as a
 * whole or not at all, and only if head is what the writer expects.
 *
 * Every method rejects with a `RegistryError`: `unavailable` if the store cannot do that, or not now.
 */
export interface History {
  /** Returns the head. */
  head(): Promise<Head>;

  /** Returns all versions, by ascending id. */
  versions(): Promise<Version[]>;

  /** Returns a version and the operations that led to it; undefined if it is unknown. */
  get(id: number): Promise<Changeset | undefined>;

  /** Returns the operations that led to each of these versions. Rejects with `not_found` if one is unknown or begins the history. */
  changesets(ids: readonly number[]): Promise<(readonly Operation[])[]>;

  /** Returns the version that the history begins with, and its entries. */
  baseline(): Promise<Baseline>;

  /** Saves a version and moves head to it. Rejects with a `ConflictError` if head is not `base`. */
  save(draft: Draft): Promise<Version>;

  /** Moves head to a version. Rejects with a `ConflictError` if head is not `expected`. */
  setHead(version: number, expected: number, signature?: Signature): Promise<Head>;

  /** Returns the head log after a sequence number, in order. */
  moves(since: number): Promise<Move[]>;

  /**
   * Yields every move of head after a sequence number, once and in order; a new one within 200 ms. It ends when the
   * signal is aborted or the history is closed, but not while the store is unavailable.
   */
  watch(since: number, signal?: AbortSignal): AsyncIterableIterator<Move>;

  /**
   * Folds versions older than a time, or than a version, into the baseline. Head, the newer versions and their common
   * ancestor stay, with everything between.
   */
  prune(before: Date | number): Promise<Pruned>;

  /** Closes the history. Watches end, later calls reject. */
  close(): Promise<void>;
}
