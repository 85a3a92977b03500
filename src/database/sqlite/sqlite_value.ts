import { setKey, Stream, type Value, type ValueMap } from "../../value/mod.ts";
import type { Result } from "../database.ts";
import { dateText, invalidParameter, jsonText, notStorable } from "../json_text.ts";
import { Declared, type RawResult, type SqliteInput, type SqliteOutput } from "./frame.ts";

const LOWEST = -(2n ** 63n);
const HIGHEST = 2n ** 63n - 1n;

/** Returns a value as SQLite stores it. @throws {Failure} With a SQLSTATE, if it cannot. */
export function toSqlite(value: Value, position: number): SqliteInput {
  switch (typeof value) {
    case "string":
      if (!value.includes("\0")) return value;
      throw invalidParameter(position, "a text with the character NUL cannot be stored", "22021");
    case "number":
      if (Number.isFinite(value)) return value;
      throw invalidParameter(position, `${value} cannot be stored`, "22003");
    case "boolean":
      return value ? 1 : 0;
    case "bigint":
      if (value >= LOWEST && value <= HIGHEST) return value;
      throw invalidParameter(position, `${value} has more than 64 bits`, "22003");
  }
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return value;
  if (value instanceof Date) return dateText(value, position);
  if (value instanceof Error || value instanceof Stream) throw notStorable(value, position);
  return jsonText(value, position);
}

/** Returns what a statement has done, with its rows by column. */
export function resultOf({ columns, declared, rows, count }: RawResult): Result {
  return { columns, rows: rowsOf({ columns, declared, rows }), count };
}

/** Returns rows by column. */
export function rowsOf({ columns, declared, rows }: Pick<RawResult, "columns" | "declared" | "rows">): ValueMap[] {
  return rows.map((row) => {
    const map: Record<string, Value> = {};
    for (let at = 0; at < columns.length; at++) {
      const cell = row[at] ?? null;
      setKey(map, columns[at]!, declared === undefined ? cell : fromSqlite(cell, declared[at]!));
    }
    return map;
  });
}

const TIME = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?$/;

/** Returns a value as its column was declared: SQLite itself keeps text and numbers. */
function fromSqlite(cell: SqliteOutput, declared: Declared): Value {
  if (declared === Declared.None || cell === null) return cell;
  if (declared === Declared.Boolean) return cell === 1 ? true : cell === 0 ? false : cell;
  if (typeof cell !== "string") return cell;
  if (declared === Declared.Json) {
    try {
      return JSON.parse(cell) as Value;
    } catch {
      return cell;
    }
  }
  if (!TIME.test(cell)) return cell;
  // what SQLite's own functions return is UTC, and does not say so
  const time = new Date(/[Z+]|-\d\d:?\d\d$/.test(cell.slice(10)) ? cell : `${cell.replace(" ", "T")}Z`);
  return Number.isNaN(time.getTime()) ? cell : time;
}
