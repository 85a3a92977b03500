import type { SqliteContext } from "../../storage/sqlite/mod.ts";
import { HistoryTables } from "./history_tables.ts";

/** How often the head is checked, in milliseconds, where nothing reports a change of the file earlier. */
const POLL = 50;

/** The service `history` of a SQLite file: its tables, and a watch that notifies the client of moves by others. */
export class HistoryService extends HistoryTables {
  readonly #context: SqliteContext;
  #endWatch: (() => void) | undefined;

  constructor(context: SqliteContext) {
    super(context.database);
    this.#context = context;
  }

  /** Starts or stops notifying the client when another process has moved head. */
  watch(on: boolean): void {
    this.#endWatch?.();
    const { path, notify } = this.#context;
    this.#endWatch = on ? watchHead(this, path, notify) : undefined;
  }

  /** Stops watching. */
  close(): void {
    this.#endWatch?.();
  }
}

/**
 * Checks whether head has moved: at a fixed interval, and at growing intervals after the write-ahead log was written,
 * as a write counts only once it has reached the disk. Returns what ends it.
 */
function watchHead(tables: HistoryTables, path: string, onMove: () => void): () => void {
  const check = () => {
    try {
      if (tables.hasMoved()) onMove();
    } catch {
      // The next call that a caller waits for will report what is wrong with the file.
    }
  };
  let soon: ReturnType<typeof setTimeout> | undefined;
  const checkOften = (pause: number) => {
    clearTimeout(soon);
    check();
    if (pause < POLL) soon = setTimeout(checkOften, pause, pause * 2);
  };
  const timer = setInterval(check, POLL);
  const events = watchFile(`${path}-wal`, () => checkOften(1));
  check();
  return () => {
    clearInterval(timer);
    clearTimeout(soon);
    events?.close();
  };
}

/** Reports writes to a file. Returns undefined where it is missing or cannot be watched; the timer is enough then. */
function watchFile(path: string, onWrite: () => void): Deno.FsWatcher | undefined {
  let events: Deno.FsWatcher;
  try {
    events = Deno.watchFs(path);
  } catch {
    return undefined;
  }
  (async () => {
    for await (const _ of events) onWrite();
  })().catch(() => {});
  return events;
}
