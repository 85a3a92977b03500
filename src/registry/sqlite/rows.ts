import type { Move, Signature } from "../history.ts";
import type { PrunePlan } from "../stores/prune.ts";
import type { Version } from "../version.ts";

/** A row of `versions`. The time is in milliseconds. */
export interface VersionRow {
  id: number;
  parent: number | null;
  time: number;
  author: string | null;
  message: string | null;
  operations: number;
}

/** A row of `moves`. The time is in milliseconds. */
export interface MoveRow {
  sequence: number;
  version: number;
  previous: number;
  time: number;
  author: string | null;
  message: string | null;
}

/** A version to be saved, its operations encoded. */
export interface DraftRow extends Signature {
  base: number;
  data: Uint8Array;
  operations: number;
}

/** What pruning would do, planned at one sequence of the head log and for one root. */
export interface PrunePlanRow extends PrunePlan {
  sequence: number;
  oldRoot: number;
  baseline: Uint8Array | null;
  /** The changesets from the old root to the new one. */
  changesets: Uint8Array[];
}

/** What pruning does, with the new baseline. */
export type PruneRow = Omit<PrunePlanRow, "changesets" | "baseline"> & { baseline: Uint8Array };

/** Returns the version of a row. */
export function toVersion({ id, parent, time, author, message, operations }: VersionRow): Version {
  return {
    id,
    ...(parent === null ? {} : { parent }),
    time: new Date(time),
    ...signatureIn({ author, message }),
    operations,
  };
}

/** Returns the move of a row. */
export function toMove({ sequence, version, previous, time, author, message }: MoveRow): Move {
  return { sequence, version, previous, time: new Date(time), ...signatureIn({ author, message }) };
}

function signatureIn({ author, message }: Pick<VersionRow, "author" | "message">): Signature {
  return { ...(author === null ? {} : { author }), ...(message === null ? {} : { message }) };
}
