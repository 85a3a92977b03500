import { decode, encode } from "../../storage/codec/mod.ts";
import { toStorable } from "../../storage/mod.ts";
import type { PostgresConnection } from "../../storage/postgres/mod.ts";
import type { Value } from "../../value/mod.ts";
import type { Meta } from "../meta.ts";
import { NOW } from "./presence_tables.ts";

/** Values on a PostgreSQL server. */
export class PostgresMeta implements Meta {
  readonly #connection: PostgresConnection;
  readonly #table: string;

  constructor(connection: PostgresConnection) {
    this.#connection = connection;
    this.#table = `${connection.schema}.meta`;
  }

  get clockOffset(): number {
    return this.#connection.clockOffset;
  }

  async get(key: string): Promise<Value | undefined> {
    const [row] = await this.#connection.readWithClock(
      `SELECT ${NOW} AS clock, (SELECT data FROM ${this.#table} WHERE key = $1::text) AS data`,
      [key],
    );
    const data = row!.data as Uint8Array | null;
    return data === null ? undefined : decode(data);
  }

  async set(key: string, value: Value): Promise<void> {
    await this.#connection.read(
      `INSERT INTO ${this.#table} (key, data) VALUES ($1::text, $2::bytea)
       ON CONFLICT (key) DO UPDATE SET data = excluded.data, token = NULL`,
      [key, encode(toStorable(value, `the value of ${key}`))],
    );
  }

  async swap(key: string, before: Value | undefined, value: Value): Promise<boolean> {
    const data = encode(toStorable(value, `the value of ${key}`));
    // tells, when an answer is lost, whether the value is the one that was written here
    const token = crypto.randomUUID();
    const text = before === undefined
      ? `INSERT INTO ${this.#table} (key, data, token) VALUES ($1::text, $2::bytea, $3::uuid)
         ON CONFLICT (key) DO NOTHING RETURNING key`
      : `UPDATE ${this.#table} SET data = $2::bytea, token = $3::uuid
         WHERE key = $1::text AND data = $4::bytea RETURNING key`;
    const parameters = [key, data, token, ...before === undefined ? [] : [encode(before)]];
    const landed = async () => {
      const text = `SELECT key FROM ${this.#table} WHERE key = $1::text AND token = $2::uuid`;
      return (await this.#connection.read(text, [key, token]))[0];
    };
    return await this.#connection.write({ text, parameters, landed }) !== undefined;
  }
}
