import { decode, encode } from "../../storage/codec/mod.ts";
import { type SqliteClient, type SqliteConnection, toStorable } from "../../storage/mod.ts";
import type { Value } from "../../value/mod.ts";
import type { Meta } from "../meta.ts";
import type { MetaService } from "./meta_service.ts";

/** Values in a SQLite file, shared by all processes that use it. */
export class SqliteMeta implements Meta {
  readonly #client: SqliteClient<MetaService>;

  constructor(connection: SqliteConnection) {
    this.#client = connection.client("meta");
  }

  async get(key: string): Promise<Value | undefined> {
    const data = await this.#client.call("get", key);
    return data === undefined ? undefined : decode(data);
  }

  async set(key: string, value: Value): Promise<void> {
    await this.#client.call("set", key, encode(toStorable(value, `the value of ${key}`)));
  }

  async swap(key: string, before: Value | undefined, value: Value): Promise<boolean> {
    const data = encode(toStorable(value, `the value of ${key}`));
    return await this.#client.call("swap", key, before === undefined ? undefined : encode(before), data);
  }
}
