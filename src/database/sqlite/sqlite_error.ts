import type { Value } from "../../value/mod.ts";

/** The SQLSTATE of a result code of SQLite, extended codes first. */
const STATES: Readonly<Record<number, string>> = {
  1555: "23505", // CONSTRAINT_PRIMARYKEY
  2067: "23505", // CONSTRAINT_UNIQUE
  2579: "23505", // CONSTRAINT_ROWID
  787: "23503", // CONSTRAINT_FOREIGNKEY
  1299: "23502", // CONSTRAINT_NOTNULL
  275: "23514", // CONSTRAINT_CHECK
  1811: "P0001", // CONSTRAINT_TRIGGER: RAISE
  3091: "42804", // CONSTRAINT_DATATYPE
  19: "23000",
  517: "40001", // BUSY_SNAPSHOT
  5: "55P03",
  6: "55P03",
  3: "42501",
  7: "53200",
  8: "25006",
  9: "57014",
  10: "58030",
  11: "XX001",
  13: "53100",
  14: "58030",
  18: "54000",
  20: "42804",
  23: "42501",
  25: "42P02",
  26: "XX001",
};

/** The SQLSTATE of what SQLite has no code for, by its message. */
const MESSAGES: readonly (readonly [RegExp, string])[] = [
  // a script has no result codes
  [/^UNIQUE constraint/, "23505"],
  [/^FOREIGN KEY constraint/, "23503"],
  [/^NOT NULL constraint/, "23502"],
  [/^CHECK constraint/, "23514"],
  [/^database (?:table )?is locked/, "55P03"],
  [/^no such table/, "42P01"],
  [/^no such column|has no column named/, "42703"],
  [/syntax error|incomplete input|unrecognized token/, "42601"],
  [/already exists/, "42P07"],
  [/^no such function|^wrong number of arguments/, "42883"],
  [/^ambiguous column/, "42702"],
  [/overflow/, "22003"],
  [/JSON/i, "22032"],
  [/^cannot rollback|^cannot commit|within a transaction/, "25001"],
];

/** An error of SQLite as it crosses to the host. */
export interface SqliteFailure {
  readonly message: string;
  /** A SQLSTATE. */
  readonly code: string;
  readonly details?: Value;
}

/** An error of `node:sqlite`. */
interface NodeSqliteError extends Error {
  readonly errcode?: number;
}

/** Returns an error of SQLite with a SQLSTATE, and what can be read of its message in `details`. */
export function sqliteFailure(thrown: unknown): SqliteFailure {
  const { message, errcode } = thrown as NodeSqliteError;
  const { code: own = "XX000" } = thrown as { code?: string };
  // a value or a statement that never came to SQLite
  if (errcode === undefined && own !== "ERR_SQLITE_ERROR") return { message, code: own };
  const known = errcode === undefined ? undefined : STATES[errcode] ?? STATES[errcode & 0xff];
  const code = known ?? MESSAGES.find(([pattern]) => pattern.test(message))?.[1] ??
    "42000";
  const details = { ...errcode !== undefined && { sqlite: errcode }, ...constraintOf(message) };
  return { message, code, details };
}

/** Returns what a violated constraint was on: `UNIQUE constraint failed: users.name, users.age`. */
function constraintOf(message: string): { readonly [key: string]: Value } {
  const what = /constraint failed: (.+)$/.exec(message)?.[1];
  if (what === undefined) return {};
  const columns = what.split(", ").map((part) => part.split("."));
  if (columns.some(({ length }) => length !== 2)) return { constraint: what };
  return { table: columns[0]![0]!, columns: columns.map(([, column]) => column!) };
}
