import type { Declared, RawResult, SqliteOutput } from "./frame.ts";
import { narrow } from "./sqlite_session.ts";

/** How many rows are read at a time. */
const ROWS = 500;
/** How many characters and bytes are read at a time, about. */
const SIZE = 256 * 1024;

/** Rows as `SqliteSession.iterate` opens them. */
interface OpenRows {
  readonly columns: readonly string[];
  readonly declared: readonly Declared[] | undefined;
  readonly rows: Iterator<SqliteOutput[]>;
}

/** Reads rows some at a time. */
export class RowReader {
  readonly #open: OpenRows;

  constructor(open: OpenRows) {
    this.#open = open;
  }

  /** Returns the next rows; none at the end. */
  next(): RawResult {
    const { columns, declared, rows: iterator } = this.#open;
    const rows: SqliteOutput[][] = [];
    for (let size = 0; rows.length < ROWS && size < SIZE;) {
      const { done, value } = iterator.next();
      if (done) break;
      narrow(value);
      for (const cell of value) {
        size += typeof cell === "string" || cell instanceof Uint8Array ? cell.length : 8;
      }
      rows.push(value);
    }
    return { columns, declared, rows, count: rows.length };
  }

  close(): void {
    this.#open.rows.return?.();
  }
}
