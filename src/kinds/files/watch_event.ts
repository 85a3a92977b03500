import type { EventQueueOptions } from "../event_queue.ts";
import type { Entry } from "./scan.ts";

/** What has happened to a file; `overflow` is of none: the system has lost events. */
export type Change = "create" | "change" | "remove" | "overflow";

/** A change of a file that has not been told yet. */
export interface WatchEvent {
  readonly change: Change;
  /** What is there now; after `remove`, what was. */
  readonly entry: Entry;
  /** Whether the file was removed and made again since it was told of last. */
  readonly isReplaced?: boolean;
}

/** That the system has lost events. */
export const OVERFLOW: WatchEvent = {
  change: "overflow",
  entry: { filename: "", type: "other", size: 0, modified: 0, identity: "" },
};

/** Makes one event of two of a file. @returns Undefined if nothing is left to tell. */
export function coalesce(before: WatchEvent, after: WatchEvent): WatchEvent | undefined {
  const { entry } = after;
  if (after.change === "overflow") return after;
  if (after.change === "remove") return before.change === "create" ? undefined : after;
  if (before.change === "create") return { change: "create", entry };
  const isReplaced = before.change === "remove" || before.isReplaced === true || after.isReplaced === true;
  return { change: "change", entry, ...isReplaced && { isReplaced } };
}

/** What the events of a queue are: those of one file are made one. */
export const WATCH_EVENTS: EventQueueOptions<WatchEvent> = {
  keyOf: ({ entry }) => entry.filename,
  coalesce,
  pause: [50, 2_000],
};

/** Returns as what a change is told to who wants to hear of some only; undefined if it is not. */
export function changeFor({ change, isReplaced }: WatchEvent, wanted: ReadonlySet<string>): Change | undefined {
  if (wanted.has(change)) return change;
  return isReplaced === true && wanted.has("create") ? "create" : undefined;
}
