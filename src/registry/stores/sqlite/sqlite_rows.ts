import type { Move, Signature } from "../../history.ts";
import type { Version } from "../../version.ts";
import type { PrunePlan } from "../prune.ts";

/** A version as it is stored. Times are in milliseconds. */
export interface VersionRow {
  id: number;
  parent: number | null;
  time: number;
  author: string | null;
  message: string | null;
  operations: number;
}

/** A move of head as it is stored. */
export interface MoveRow {
  sequence: number;
  version: number;
  previous: number;
  time: number;
  author: string | null;
  message: string | null;
}

/** An announcement as it is stored. */
export interface AnnouncementRow {
  id: string;
  time: number;
  data: Uint8Array;
}

/** A version to be stored, its operations encoded. */
export interface DraftRow extends Signature {
  base: number;
  data: Uint8Array;
  operations: number;
}

/** What pruning would do, planned at one sequence of the head and for one root. */
export interface PruneRow extends PrunePlan {
  sequence: number;
  oldRoot: number;
  baseline: Uint8Array | null;
  /** Those that lead from the old root to the new one. */
  changesets: Uint8Array[];
}

/** What pruning does: the baseline is the new one. */
export type StoredPrune = Omit<PruneRow, "changesets" | "baseline"> & { baseline: Uint8Array };

/** The version that a row is. */
export function toVersion({ id, parent, time, author, message, operations }: VersionRow): Version {
  return {
    id,
    ...(parent === null ? {} : { parent }),
    time: new Date(time),
    ...signatureIn({ author, message }),
    operations,
  };
}

/** The move that a row is. */
export function toMove({ sequence, version, previous, time, author, message }: MoveRow): Move {
  return { sequence, version, previous, time: new Date(time), ...signatureIn({ author, message }) };
}

function signatureIn({ author, message }: Pick<VersionRow, "author" | "message">): Signature {
  return { ...(author === null ? {} : { author }), ...(message === null ? {} : { message }) };
}
