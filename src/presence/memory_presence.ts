// deno-lint-ignore-file require-await -- an error thrown by these methods must reject
import { StorageError } from "../storage/mod.ts";
import {
  type Heartbeat,
  INSTANCE_LIFETIME,
  type Presence,
  type RuntimeInstance,
  storableData,
  toInstances,
} from "./presence.ts";

/** The runtimes of one process that share this object. */
export class MemoryPresence implements Presence {
  readonly #heartbeats = new Map<string, Heartbeat>();
  #closed = false;

  async heartbeat(heartbeat: Heartbeat): Promise<void> {
    this.#check();
    const { id, time } = heartbeat;
    this.#heartbeats.set(id, { id, time: new Date(time), data: storableData(heartbeat) });
    const oldest = Date.now() - INSTANCE_LIFETIME;
    for (const other of this.#heartbeats.values()) {
      if (other.time.getTime() < oldest) this.#heartbeats.delete(other.id);
    }
  }

  async instances(): Promise<RuntimeInstance[]> {
    this.#check();
    return toInstances(this.#heartbeats.values());
  }

  async deregister(id: string): Promise<void> {
    this.#check();
    this.#heartbeats.delete(id);
  }

  /** Makes all later calls reject. */
  close(): void {
    this.#closed = true;
  }

  #check(): void {
    if (this.#closed) throw new StorageError("unavailable", "the store is closed");
  }
}
