import { RegistryError } from "../errors.ts";
import type { History } from "../history.ts";
import { MemoryHistory } from "./memory/memory_history.ts";
import { NilHistory } from "./nil/nil_history.ts";
import { SqliteHistory } from "./sqlite/sqlite_history.ts";

/** What opens a store, by the scheme that its text begins with; each gets what follows the colon. */
const SCHEMES: Record<string, (rest: string) => History | Promise<History>> = {
  memory: () => new MemoryHistory(),
  nil: () => new NilHistory(),
  sqlite: (path) => SqliteHistory.open(path),
};

/**
 * Opens the store that a text names: `memory:`, `nil:`, `sqlite:<path>`, or just the path of a SQLite file.
 *
 * @throws {RegistryError} `invalid`, for another scheme or no path; `unavailable`, if the store cannot be opened.
 */
export async function openHistory(store: string): Promise<History> {
  // A single letter is a drive.
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]+):(.*)$/is.exec(store) ?? [, "sqlite", store];
  const open = Object.hasOwn(SCHEMES, scheme!) ? SCHEMES[scheme!] : undefined;
  if (open === undefined || (scheme === "sqlite") !== (rest !== "")) {
    throw new RegistryError(
      "invalid",
      `there is no store ${JSON.stringify(store)}: it is memory:, nil:, sqlite:PATH, or the path of a SQLite file`,
    );
  }
  return await open(rest!);
}
