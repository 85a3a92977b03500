import { decode, encode } from "../../storage/codec/mod.ts";
import type { PostgresConnection } from "../../storage/postgres/mod.ts";
import { type Heartbeat, INSTANCE_LIFETIME, type Presence, type RuntimeInstance, storableData } from "../presence.ts";
import { NOW } from "./presence_tables.ts";

/** The runtimes on a PostgreSQL server. How old a heartbeat is, is told by the clock of the server. */
export class PostgresPresence implements Presence {
  readonly #connection: PostgresConnection;
  readonly #table: string;

  constructor(connection: PostgresConnection) {
    this.#connection = connection;
    this.#table = `${connection.schema}.instances`;
  }

  async heartbeat(heartbeat: Heartbeat): Promise<void> {
    const { id, time } = heartbeat;
    const age = Date.now() - time.getTime();
    await this.#connection.read(
      `WITH old AS (DELETE FROM ${this.#table} WHERE seen < ${NOW} - $5::bigint AND id <> $1::text)
       INSERT INTO ${this.#table} (id, time, seen, data) VALUES ($1::text, $2::bigint, ${NOW} - $3::bigint, $4::bytea)
       ON CONFLICT (id) DO UPDATE SET time = excluded.time, seen = excluded.seen, data = excluded.data`,
      [id, time.getTime(), age, encode(storableData(heartbeat)), INSTANCE_LIFETIME],
    );
  }

  async instances(): Promise<RuntimeInstance[]> {
    const rows = await this.#connection.read(
      `SELECT id, time, data, greatest(0, ${NOW} - seen) AS age FROM ${this.#table} ORDER BY id COLLATE "C"`,
    );
    return rows.map(({ id, time, data, age }) => ({
      id: id as string,
      time: new Date(time as number),
      data: decode(data as Uint8Array),
      age: age as number,
    }));
  }

  async deregister(id: string): Promise<void> {
    await this.#connection.read(`DELETE FROM ${this.#table} WHERE id = $1::text`, [id]);
  }
}
