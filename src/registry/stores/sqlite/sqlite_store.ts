import { Database } from "@db/sqlite";
import { ConflictError, RegistryError } from "../../errors.ts";
import { ANNOUNCEMENT_LIFE, type Head, type Signature } from "../../history.ts";
import { beginsHistory, unknownVersion, VersionTree } from "../../version.ts";
import { planPrune } from "../prune.ts";
import {
  type AnnouncementRow,
  type DraftRow,
  type MoveRow,
  type PruneRow,
  type StoredPrune,
  toVersion,
  type VersionRow,
} from "./sqlite_rows.ts";
import { migrate } from "./sqlite_schema.ts";

/** How long another process may hold the file, in milliseconds. */
const BUSY_TIMEOUT = 5000;

/**
 * A history in a SQLite file, changesets encoded. Every call holds up its thread, for seconds if another process has
 * the file, so this runs in a worker. All that is passed in or out is plain data.
 *
 * Head is where the last row of `moves` says.
 */
export class SqliteStore {
  readonly #database: Database;
  #dataVersion = 0;
  #sequence = 0;

  /** @throws {Error} If the file cannot be opened, is damaged, or is no history that this program knows. */
  constructor(path: string) {
    this.#database = new Database(path, { int64: true });
    try {
      this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
      this.#database.exec("PRAGMA foreign_keys = ON");
      // What was answered outlives a loss of power too, at the price of waiting for the disk.
      this.#database.exec("PRAGMA synchronous = FULL");
      migrate(this.#database);
      this.#journal();
      this.hasMoved();
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  head(): Head {
    return this.#database
      .prepare("SELECT version, sequence FROM moves ORDER BY sequence DESC LIMIT 1")
      .get<Head>() ?? { version: 0, sequence: 0 };
  }

  versions(): VersionRow[] {
    return this.#database.prepare("SELECT * FROM versions ORDER BY id").all<VersionRow>();
  }

  get(id: number): VersionRow & { data: Uint8Array | null } | undefined {
    return this.#database
      .prepare("SELECT versions.*, data FROM versions LEFT JOIN changesets ON version = id WHERE id = ?")
      .get<VersionRow & { data: Uint8Array | null }>(id);
  }

  changesets(ids: readonly number[]): Uint8Array[] {
    const select = this.#database.prepare(
      "SELECT data FROM versions LEFT JOIN changesets ON version = id WHERE id = ?",
    );
    return ids.map((id) => {
      const row = select.get<{ data: Uint8Array | null }>(id);
      if (row === undefined) throw unknownVersion(id);
      if (row.data === null) throw beginsHistory(id);
      return row.data;
    });
  }

  baseline(): { version: number; data: Uint8Array | null } {
    return this.#database.prepare("SELECT version, data FROM baseline").get<
      { version: number; data: Uint8Array | null }
    >()!;
  }

  save({ base, data, operations, author, message }: DraftRow): VersionRow {
    return this.#write(() => {
      this.#expect(base);
      const time = Date.now();
      this.#database
        .prepare("INSERT INTO versions (parent, time, author, message, operations) VALUES (?, ?, ?, ?, ?)")
        .run(base, time, author, message, operations);
      const id = this.#database.lastInsertRowId;
      this.#database.prepare("INSERT INTO changesets (version, data) VALUES (?, ?)").run(id, data);
      this.#move(id, base, time, { author, message } as Signature);
      return { id, parent: base, time, author: author ?? null, message: message ?? null, operations };
    });
  }

  setHead(version: number, expected: number, signature: Signature): Head {
    return this.#write(() => {
      this.#expect(expected);
      if (this.#database.prepare("SELECT id FROM versions WHERE id = ?").value(version) === undefined) {
        throw unknownVersion(version);
      }
      this.#move(version, expected, Date.now(), signature);
      return { version, sequence: this.#database.lastInsertRowId };
    });
  }

  moves(since: number): MoveRow[] {
    return this.#database.prepare("SELECT * FROM moves WHERE sequence > ? ORDER BY sequence").all<MoveRow>(since);
  }

  announce({ id, time, data }: AnnouncementRow): void {
    this.#write(() => {
      this.#database.prepare("DELETE FROM announcements WHERE time < ?").run(Date.now() - ANNOUNCEMENT_LIFE);
      this.#database
        .prepare(
          "INSERT INTO announcements VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET time = excluded.time, data = excluded.data",
        )
        .run(id, time, data);
    });
  }

  announcements(): AnnouncementRow[] {
    return this.#database.prepare("SELECT * FROM announcements").all<AnnouncementRow>();
  }

  withdraw(id: string): void {
    this.#database.prepare("DELETE FROM announcements WHERE id = ?").run(id);
  }

  note(key: string): Uint8Array | undefined {
    return this.#database.prepare("SELECT data FROM notes WHERE key = ?").get<{ data: Uint8Array }>(key)?.data;
  }

  setNote(key: string, data: Uint8Array): void {
    this.#write(() => {
      this.#database
        .prepare("INSERT INTO notes VALUES (?, ?) ON CONFLICT DO UPDATE SET data = excluded.data")
        .run(key, data);
    });
  }

  /** What pruning would do, and what the new baseline is made of. */
  planPrune(before: Date | number): PruneRow {
    return this.#read(() => {
      const { version: head, sequence } = this.head();
      const versions = this.versions().map(toVersion);
      const { version: oldRoot, data: baseline } = this.baseline();
      const plan = planPrune(versions, head, before);
      const { down } = new VersionTree(versions).route(oldRoot, plan.root);
      return { ...plan, sequence, oldRoot, baseline, changesets: this.changesets(down.map(({ id }) => id)) };
    });
  }

  /** False, and nothing done, if the history is not any more what it was when this was planned. */
  prune({ sequence, oldRoot, root, removed, baseline }: StoredPrune): boolean {
    return this.#write(() => {
      if (this.head().sequence !== sequence || this.baseline().version !== oldRoot) return false;
      this.#database.prepare("UPDATE baseline SET version = ?, data = ?").run(root, baseline);
      this.#database.prepare("UPDATE versions SET parent = NULL, operations = 0 WHERE id = ?").run(root);
      this.#database.prepare("DELETE FROM changesets WHERE version = ?").run(root);
      const remove = this.#database.prepare("DELETE FROM versions WHERE id = ?");
      // A child has a higher id than its parent and must go first.
      for (const id of removed.toSorted((a, b) => b - a)) remove.run(id);
      return true;
    });
  }

  /** Whether another connection has moved head since this was last asked. */
  hasMoved(): boolean {
    const [dataVersion] = this.#database.prepare("PRAGMA data_version").value<[number]>()!;
    if (dataVersion === this.#dataVersion) return false;
    const { sequence } = this.head();
    // Not before head could be read: else a move would go unnoticed.
    this.#dataVersion = dataVersion;
    if (sequence === this.#sequence) return false;
    this.#sequence = sequence;
    return true;
  }

  close(): void {
    this.#database.close();
  }

  /** Another process that opens the file at the same time may make this fail, whatever the timeout is. */
  #journal(): void {
    const end = Date.now() + BUSY_TIMEOUT;
    for (;;) {
      try {
        this.#database.exec("PRAGMA journal_mode = WAL");
        return;
      } catch (error) {
        if (!/locked/.test((error as Error).message) || Date.now() > end) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      }
    }
  }

  #read<T>(work: () => T): T {
    return this.#database.transaction(work as () => void)() as T;
  }

  #write<T>(work: () => T): T {
    return this.#database.transaction(work as () => void).immediate() as T;
  }

  #expect(head: number): void {
    const { version: actual } = this.head();
    if (head !== actual) throw new ConflictError(head, actual);
  }

  #move(version: number, previous: number, time: number, { author, message }: Signature): void {
    this.#database
      .prepare("INSERT INTO moves (version, previous, time, author, message) VALUES (?, ?, ?, ?, ?)")
      .run(version, previous, time, author, message);
  }
}

/** What a failure of SQLite means to whoever uses the file. */
export function explain(error: unknown, path: string): RegistryError {
  if (error instanceof RegistryError) {
    return error instanceof ConflictError || error.code === "not_found"
      ? error
      : new RegistryError(error.code, `${path}: ${error.message}`);
  }
  const message = error instanceof Error ? error.message : String(error);
  if (/not a database|malformed/.test(message)) {
    return new RegistryError("internal", `${path} is damaged, or no SQLite database: ${message}`);
  }
  if (/locked|busy/.test(message)) {
    return new RegistryError("unavailable", `another process has held ${path} for over ${BUSY_TIMEOUT / 1000} s`);
  }
  if (/full|disk|readonly|unable to open/.test(message)) {
    return new RegistryError("unavailable", `${path} cannot be written: ${message}`);
  }
  return new RegistryError("internal", `${path}: ${message}`);
}
