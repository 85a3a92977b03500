import { basename, dirname, join } from "node:path";
import { unstartable } from "../../pool/process/mod.ts";
import { asError, failure, FLAGS_OF_PROGRAM } from "../../value/mod.ts";
import type { SqliteArgument } from "./frame.ts";

/** Options of a SQLite database. */
export interface SqliteOptions {
  /** The path of the file, or `:memory:`. */
  readonly path: string;
  /** Whether nothing may be written. Default false. */
  readonly readOnly?: boolean | undefined;
  /** Whether a commit waits until the disk has it. Default true. */
  readonly durable?: boolean | undefined;
  /** How many programs may have the file open. Default 4. */
  readonly connections?: number | undefined;
  /** How long one beyond the first is kept while it has nothing to do, in milliseconds. Default 15,000. */
  readonly idle?: number | undefined;
  /** How long a statement waits for another engine that holds the file, in milliseconds. Default 5,000. */
  readonly busyTimeout?: number | undefined;
}

/** How the program of a connection is started. */
export interface SqliteCommand {
  readonly argument: SqliteArgument;
  /** The paths that it may touch. */
  readonly writable: readonly string[];
}

/** Returns how the program of a connection is started. @throws {Failure} If it cannot be. */
export function sqliteCommand(options: SqliteOptions): SqliteCommand {
  const { path: given, readOnly = false, durable = true, busyTimeout = 5_000 } = options;
  const why = unstartable([]);
  if (why !== undefined) throw failure(`SQLite runs in a program of its own, which cannot be started: ${why}`);
  const path = given === ":memory:" ? given : realPath(given);
  if (path.includes(",")) {
    throw failure(`invalid path ${JSON.stringify(given)}: Deno cannot be told a path with a comma`);
  }
  const writable = path === ":memory:" ? [] : ["", "-wal", "-shm", "-journal"].map((end) => path + end);
  checkGranted(path, writable);
  return { argument: { path, readOnly, durable, busyTimeout }, writable };
}

/** Checks that this program may do itself what it lets another one do. @throws {Failure} Which flag is missing. */
function checkGranted(path: string, paths: readonly string[]): void {
  for (const name of ["read", "write"] as const) {
    if (paths.every((path) => Deno.permissions.querySync({ name, path }).state === "granted")) continue;
    throw failure(`cannot open ${path}: it needs --allow-${name}=${dirname(path)}: add this ${FLAGS_OF_PROGRAM}`);
  }
}

/** Returns the path of a file without links. @throws {Failure} If its folder is not there. */
function realPath(path: string): string {
  if (path === "" || path.includes("\0")) throw failure(`invalid path ${JSON.stringify(path)}: expected a file`);
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw cannotOpen(path, error);
  }
  try {
    return join(Deno.realPathSync(dirname(path)), basename(path));
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

function cannotOpen(path: string, error: unknown): Error {
  return failure(`cannot open ${path}: ${asError(error).message}`);
}
