import { basename, dirname, join, resolve } from "node:path";
import { backup as copyPages, DatabaseSync } from "node:sqlite";
import { RegistryError } from "../registry/mod.ts";
import { asError, reasonOf } from "../value/mod.ts";
import { openStore } from "./open_store.ts";
import { isRemote, schemeOf, storeName, storeUrl } from "./store_url.ts";

/** How many pages are copied at a time. */
const PAGES = 256;

/** Options of `backupStore` and `restoreStore`. */
export interface CopyStoreOptions {
  /** Whether to replace what is there. Default false. */
  readonly force?: boolean;
  /** Is told how much is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** What was copied. */
export interface StoreCopy {
  /** The version that is head in the copy. */
  readonly head: number;
  /** How many versions it has. */
  readonly versions: number;
  /** The size of the file, in bytes. */
  readonly size: number;
}

/**
 * Copies a store in a SQLite file as a whole into one file, while engines and commands use it: the copy is the store as it
 * was at one moment, without the runtimes that were up. It is checked, and is there as a whole or not at all.
 *
 * @param store The path of the file, or its URL.
 * @throws {RegistryError} `not_found`, if there is no such store; `conflict`, if there is a file already; `invalid`, if the
 * store is of another sort; `internal`, if it is damaged.
 */
export async function backupStore(store: string, file: string, options: CopyStoreOptions = {}): Promise<StoreCopy> {
  const from = pathOf(store);
  if (!await exists(from)) throw new RegistryError("not_found", `no such store: ${from}`);
  await refuseReplacing(from, file, options);
  return await copy(from, file, options);
}

/**
 * Makes a store of a backup: the reverse of `backupStore`. A store that is there already is replaced only by `force`, and
 * only while nobody uses it.
 *
 * @throws {RegistryError} As `backupStore`; `unavailable`, if the store that is to be replaced is in use.
 */
export async function restoreStore(file: string, store: string, options: CopyStoreOptions = {}): Promise<StoreCopy> {
  const to = pathOf(store);
  if (!await exists(file)) throw new RegistryError("not_found", `no such file: ${file}`);
  await refuseReplacing(file, to, options);
  await Deno.mkdir(dirname(resolve(to)), { recursive: true });
  return await copy(file, to, options);
}

/** Copies a file beside its target, checks it, and puts it there. */
async function copy(
  from: string,
  to: string,
  { force = false, onProgress }: CopyStoreOptions,
): Promise<StoreCopy> {
  const target = resolve(to);
  const temporary = join(dirname(target), `.${basename(target)}.${crypto.randomUUID()}.tmp`);
  try {
    (await Deno.open(temporary, { createNew: true, write: true, mode: 0o600 })).close();
    await copyTo(from, temporary, onProgress);
    // the program that knows the newest schema reads it before anybody relies on it
    const found = await inspect(temporary);
    if (force && await exists(to)) await retire(to);
    if (force) await Deno.rename(temporary, target);
    else await putNew(temporary, target);
    return found;
  } catch (thrown) {
    if (thrown instanceof Deno.errors.AlreadyExists) throw alreadyThere(to);
    throw thrown;
  } finally {
    for (const file of [temporary, `${temporary}-wal`, `${temporary}-shm`, `${temporary}-journal`]) {
      await Deno.remove(file).catch(() => {});
    }
  }
}

async function copyTo(from: string, to: string, onProgress: CopyStoreOptions["onProgress"]): Promise<void> {
  try {
    using source = new DatabaseSync(from, { readOnly: true });
    // what others write from here on is not seen, so the copy never has to begin again
    source.exec("PRAGMA busy_timeout = 5000; BEGIN");
    checkBelongs(source);
    await copyPages(source, to, {
      rate: PAGES,
      progress: ({ totalPages, remainingPages }) => onProgress?.(1 - remainingPages / Math.max(1, totalPages)),
    });
    onProgress?.(1);
  } catch (thrown) {
    if (thrown instanceof RegistryError) throw thrown;
    throw new RegistryError("internal", `${from} cannot be copied: ${reasonOf(asError(thrown))}`, { cause: thrown });
  }
  try {
    finish(to);
  } catch (thrown) {
    throw new RegistryError("internal", `${from} is damaged: ${asError(thrown).message}`, { cause: thrown });
  }
}

/** Checks a copy, and makes one file of it. @throws {Error} What is damaged. */
function finish(path: string): void {
  using copied = new DatabaseSync(path);
  // one file, without a log beside it
  copied.exec("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL");
  const problems = copied.prepare("PRAGMA integrity_check").all().map((row) => String(Object.values(row)[0]));
  if (problems[0] !== "ok") throw new Error(problems.slice(0, 3).join("; "));
  // the runtimes that are up are those of the store, not of its copy
  copied.exec("DELETE FROM announcements");
}

/** Fails unless a database is that of a store. */
function checkBelongs(database: DatabaseSync): void {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all().map(({ name }) => name);
  if (["metadata", "versions", "changesets", "moves", "announcements"].every((name) => tables.includes(name))) return;
  throw new RegistryError("invalid", `${database.location()} is not a store of Weft`);
}

/** Opens a copy as a store. */
async function inspect(file: string): Promise<StoreCopy> {
  const store = await openStore(file);
  try {
    const { version: head } = await store.history.head();
    const versions = await store.history.versions();
    return { head, versions: versions.length, size: (await Deno.stat(file)).size };
  } finally {
    await store.close();
    using database = new DatabaseSync(file);
    database.exec("PRAGMA journal_mode = DELETE");
  }
}

/** Makes sure that nobody uses a file that is about to be replaced, and that nothing of a store is left beside it. */
async function retire(path: string): Promise<void> {
  try {
    using database = new DatabaseSync(path);
    // fails as long as somebody else has it open
    const { journal_mode } = database.prepare("PRAGMA journal_mode = DELETE").get() as { journal_mode: string };
    if (journal_mode === "delete") return;
  } catch (thrown) {
    if (!/locked|busy/.test(asError(thrown).message)) {
      for (const suffix of ["-wal", "-shm"]) await Deno.remove(path + suffix).catch(() => {}); // it is no database
      return;
    }
  }
  throw new RegistryError("unavailable", `${path} is in use; stop the runtimes on it first`);
}

async function refuseReplacing(from: string, to: string, { force = false }: CopyStoreOptions): Promise<void> {
  if (!await exists(to)) return;
  const [a, b] = await Promise.all([Deno.realPath(from), Deno.realPath(to)]);
  if (a === b) throw new RegistryError("invalid", `${to} is the store itself; expected another file`);
  if (!force) throw alreadyThere(to);
}

function alreadyThere(path: string): RegistryError {
  return new RegistryError("conflict", `${path} already exists`);
}

/** Puts a file at a path where there is none. */
async function putNew(from: string, to: string): Promise<void> {
  try {
    await Deno.link(from, to);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) throw error;
    // a file system, or a set of permissions, without links
    if (await exists(to)) throw alreadyThere(to);
    await Deno.rename(from, to);
  }
}

function pathOf(store: string): string {
  const url = storeUrl(store);
  const [, scheme, rest] = schemeOf(url) ?? [, "sqlite", url];
  if (scheme === "sqlite" && rest !== "") return rest!;
  const other = isRemote(url) ? "; pg_dump copies a schema of PostgreSQL" : "";
  throw new RegistryError(
    "invalid",
    `invalid store ${JSON.stringify(storeName(url))}: expected the path of a SQLite file${other}`,
  );
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
}
