// deno-lint-ignore-file require-await -- an error thrown by these methods must reject
import { StorageError, toStorable } from "../storage/mod.ts";
import { equal, type Value } from "../value/mod.ts";
import type { Meta } from "./meta.ts";

/** Values that last as long as this object. */
export class MemoryMeta implements Meta {
  readonly #values = new Map<string, Value>();
  #closed = false;

  async get(key: string): Promise<Value | undefined> {
    this.#check();
    return this.#values.get(key);
  }

  async set(key: string, value: Value): Promise<void> {
    this.#check();
    this.#values.set(key, toStorable(value, `the value of ${key}`));
  }

  async swap(key: string, before: Value | undefined, value: Value): Promise<boolean> {
    this.#check();
    const storable = toStorable(value, `the value of ${key}`);
    if (!equal(this.#values.get(key), before)) return false;
    this.#values.set(key, storable);
    return true;
  }

  /** Makes all later calls reject. */
  close(): void {
    this.#closed = true;
  }

  #check(): void {
    if (this.#closed) throw new StorageError("unavailable", "the store is closed");
  }
}
