import type { SqliteDatabase } from "../../storage/sqlite/mod.ts";
import { ConflictError } from "../errors.ts";
import type { Head, Signature } from "../history.ts";
import { planPrune } from "../stores/prune.ts";
import { beginsHistory, unknownVersion, VersionTree } from "../version.ts";
import { type DraftRow, type MoveRow, type PrunePlanRow, type PruneRow, toVersion, type VersionRow } from "./rows.ts";

/** The tables of a history, as SQL statements. */
export const HISTORY_TABLES: readonly string[] = [
  `CREATE TABLE versions (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     parent INTEGER REFERENCES versions (id),
     time INTEGER NOT NULL,
     author TEXT,
     message TEXT,
     operations INTEGER NOT NULL
   )`,
  "CREATE INDEX versions_by_parent ON versions (parent)",
  `CREATE TABLE changesets (
     version INTEGER PRIMARY KEY REFERENCES versions (id) ON DELETE CASCADE,
     data BLOB NOT NULL
   )`,
  `CREATE TABLE moves (
     sequence INTEGER PRIMARY KEY AUTOINCREMENT,
     version INTEGER NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
     previous INTEGER NOT NULL,
     time INTEGER NOT NULL,
     author TEXT,
     message TEXT
   )`,
  "CREATE INDEX moves_by_version ON moves (version)",
  "CREATE TABLE baseline (version INTEGER PRIMARY KEY REFERENCES versions (id), data BLOB)",
  "INSERT INTO versions (id, time, operations) VALUES (0, CAST(unixepoch('subsec') * 1000 AS INTEGER), 0)",
  "INSERT INTO baseline (version) VALUES (0)",
];

/**
 * A history in the tables of a SQLite file, changesets encoded. All arguments and results are plain data. Head is the
 * version in the last row of `moves`, the head log.
 */
export class HistoryTables {
  readonly #database: SqliteDatabase;
  #dataVersion = 0;
  #sequence = 0;

  constructor(database: SqliteDatabase) {
    this.#database = database;
    this.hasMoved();
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
    return this.#database.write(() => {
      this.#expect(base);
      const time = Date.now();
      this.#database
        .prepare("INSERT INTO versions (parent, time, author, message, operations) VALUES (?, ?, ?, ?, ?)")
        .run(base, time, author ?? null, message ?? null, operations);
      const id = this.#database.lastInsertRowId;
      this.#database.prepare("INSERT INTO changesets (version, data) VALUES (?, ?)").run(id, data);
      this.#move(id, base, time, { author, message } as Signature);
      return { id, parent: base, time, author: author ?? null, message: message ?? null, operations };
    });
  }

  setHead(version: number, expected: number, signature: Signature): Head {
    return this.#database.write(() => {
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

  /** Returns what pruning would do, and what the new baseline is made from. */
  planPrune(before: Date | number): PrunePlanRow {
    return this.#database.read(() => {
      const { version: head, sequence } = this.head();
      const versions = this.versions().map(toVersion);
      const { version: oldRoot, data: baseline } = this.baseline();
      const plan = planPrune(versions, head, before);
      const { down } = new VersionTree(versions).route(oldRoot, plan.root);
      return { ...plan, sequence, oldRoot, baseline, changesets: this.changesets(down.map(({ id }) => id)) };
    });
  }

  /** Prunes. Returns false, and does nothing, if the history has changed since this was planned. */
  prune({ sequence, oldRoot, root, removed, baseline }: PruneRow): boolean {
    return this.#database.write(() => {
      if (this.head().sequence !== sequence || this.baseline().version !== oldRoot) return false;
      this.#database.prepare("UPDATE baseline SET version = ?, data = ?").run(root, baseline);
      this.#database.prepare("UPDATE versions SET parent = NULL, operations = 0 WHERE id = ?").run(root);
      this.#database.prepare("DELETE FROM changesets WHERE version = ?").run(root);
      const remove = this.#database.prepare("DELETE FROM versions WHERE id = ?");
      // A child has a higher id than its parent and must be removed first.
      for (const id of removed.toSorted((a, b) => b - a)) remove.run(id);
      return true;
    });
  }

  /** Reports whether another connection has moved head since the last call. */
  hasMoved(): boolean {
    const { dataVersion } = this.#database;
    if (dataVersion === this.#dataVersion) return false;
    const { sequence } = this.head();
    // Only once head could be read: otherwise a move would go unnoticed.
    this.#dataVersion = dataVersion;
    if (sequence === this.#sequence) return false;
    this.#sequence = sequence;
    return true;
  }

  #expect(head: number): void {
    const { version: actual } = this.head();
    if (head !== actual) throw new ConflictError(head, actual);
  }

  #move(version: number, previous: number, time: number, { author, message }: Signature): void {
    this.#database
      .prepare("INSERT INTO moves (version, previous, time, author, message) VALUES (?, ?, ?, ?, ?)")
      .run(version, previous, time, author ?? null, message ?? null);
  }
}
