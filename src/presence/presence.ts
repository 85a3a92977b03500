import { toStorable } from "../storage/mod.ts";
import type { Value } from "../value/mod.ts";

/** What a runtime reports about itself to everyone on the same store. */
export interface Heartbeat {
  /** The id of the runtime. */
  readonly id: string;
  /** When it reported. */
  readonly time: Date;
  /** What it reported. */
  readonly data: Value;
}

/** A runtime on a store, as its last heartbeat describes it. */
export interface RuntimeInstance extends Heartbeat {
  /** The time since the heartbeat, in milliseconds; 0 if its clock is ahead. */
  readonly age: number;
}

/** The age at which an instance is forgotten, in milliseconds: one hour. */
export const INSTANCE_LIFETIME = 60 * 60 * 1000;

/**
 * The runtimes on a store. Reporting wakes nobody who watches the head of its history.
 *
 * Every method rejects with a `StorageError`: `invalid` for data that cannot be stored, `unavailable` if the store
 * cannot do that now or is closed.
 */
export interface Presence {
  /** Reports a runtime, in place of its last heartbeat. Forgets instances that are older than an hour. */
  heartbeat(heartbeat: Heartbeat): Promise<void>;

  /** Returns the instances that were reported and not deregistered, ordered by id. */
  instances(): Promise<RuntimeInstance[]>;

  /** Removes an instance, if it is there. */
  deregister(id: string): Promise<void>;
}

/** Returns heartbeats as instances, ordered by id. */
export function toInstances(heartbeats: Iterable<Heartbeat>): RuntimeInstance[] {
  const now = Date.now();
  return Array.from(heartbeats, (heartbeat) => ({ ...heartbeat, age: Math.max(0, now - heartbeat.time.getTime()) }))
    .sort((a, b) => a.id < b.id ? -1 : 1);
}

/** Returns a storable copy of the data of a heartbeat. @throws {StorageError} `invalid`, if it cannot be stored. */
export function storableData({ id, data }: Heartbeat): Value {
  return toStorable(data, `the heartbeat of ${id}`);
}
