import { decode, encode } from "../../storage/codec/mod.ts";
import type { SqliteClient, SqliteConnection } from "../../storage/mod.ts";
import {
  type Heartbeat,
  INSTANCE_LIFETIME,
  type Presence,
  type RuntimeInstance,
  storableData,
  toInstances,
} from "../presence.ts";
import type { PresenceService } from "./presence_service.ts";

/** The runtimes on a SQLite file, in all processes that use it. */
export class SqlitePresence implements Presence {
  readonly #client: SqliteClient<PresenceService>;

  constructor(connection: SqliteConnection) {
    this.#client = connection.client("presence");
  }

  async heartbeat(heartbeat: Heartbeat): Promise<void> {
    const { id, time } = heartbeat;
    const row = { id, time: time.getTime(), data: encode(storableData(heartbeat)) };
    await this.#client.call("heartbeat", row, Date.now() - INSTANCE_LIFETIME);
  }

  async instances(): Promise<RuntimeInstance[]> {
    const rows = await this.#client.call("instances");
    return toInstances(rows.map(({ id, time, data }) => ({ id, time: new Date(time), data: decode(data) })));
  }

  deregister(id: string): Promise<void> {
    return this.#client.call("deregister", id);
  }
}
