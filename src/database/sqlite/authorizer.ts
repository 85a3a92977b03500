/** What SQLite asks about, by the numbers of its interface. */
enum Action {
  CreateIndex = 1,
  CreateTable,
  CreateTempIndex,
  CreateTempTable,
  CreateTempTrigger,
  CreateTempView,
  CreateTrigger,
  CreateView,
  Delete,
  DropIndex,
  DropTable,
  DropTempIndex,
  DropTempTable,
  DropTempTrigger,
  DropTempView,
  DropTrigger,
  DropView,
  Insert,
  Pragma,
  Read,
  Select,
  Transaction,
  Update,
  Attach,
  Detach,
  AlterTable,
  Reindex,
  Analyze,
  CreateVirtualTable,
  DropVirtualTable,
  Function,
  Savepoint,
  Recursive,
}

/** What a statement does, as SQLite tells while it compiles it. */
export interface StatementClass {
  /** Whether it writes. */
  writes: boolean;
  /** Whether it changes the schema. */
  isDefinition: boolean;
  /** Whether it inserts, updates or deletes rows. */
  changesRows: boolean;
  /** Why it is not allowed. */
  refused: string | undefined;
}

const OK = 0;
const DENY = 1;

const ROWS: ReadonlySet<Action> = new Set([Action.Insert, Action.Update, Action.Delete]);

const DEFINITIONS: ReadonlySet<Action> = new Set([
  Action.CreateIndex,
  Action.CreateTable,
  Action.CreateTrigger,
  Action.CreateView,
  Action.DropIndex,
  Action.DropTable,
  Action.DropTrigger,
  Action.DropView,
  Action.DropVirtualTable,
  Action.AlterTable,
  Action.Reindex,
  Action.Analyze,
]);

const TEMPORARY: ReadonlySet<Action> = new Set([
  Action.CreateTempIndex,
  Action.CreateTempTable,
  Action.CreateTempTrigger,
  Action.CreateTempView,
]);

const READS: ReadonlySet<Action> = new Set([
  Action.Read,
  Action.Select,
  Action.Recursive,
]);

/** Tables that are functions or indexes, and touch nothing else. */
const MODULES: ReadonlySet<string> = new Set(["fts4", "fts5", "rtree", "rtree_i32", "geopoly"]);

/** Functions that reach beyond the database. */
const FUNCTIONS: ReadonlySet<string> = new Set([
  "load_extension",
  "fts3_tokenizer",
  "readfile",
  "writefile",
  "edit",
]);

/** Pragmas that only tell, or concern the transaction alone; `true` for those that may also be set. */
const PRAGMAS: Readonly<Record<string, boolean>> = {
  analysis_limit: false,
  application_id: true,
  collation_list: false,
  compile_options: false,
  data_version: false,
  defer_foreign_keys: true,
  encoding: false,
  foreign_keys: false,
  freelist_count: false,
  function_list: false,
  index_info: true,
  index_list: true,
  index_xinfo: true,
  foreign_key_check: true,
  foreign_key_list: true,
  incremental_vacuum: true,
  integrity_check: true,
  journal_mode: false,
  max_page_count: false,
  module_list: false,
  optimize: true,
  page_count: false,
  page_size: false,
  pragma_list: false,
  quick_check: true,
  schema_version: false,
  synchronous: false,
  table_info: true,
  table_list: true,
  table_xinfo: true,
  user_version: true,
};
/** Of those that may be set, the ones whose argument changes the file. */
const WRITING_PRAGMAS: ReadonlySet<string> = new Set([
  "application_id",
  "incremental_vacuum",
  "optimize",
  "user_version",
]);

/**
 * Decides what statements may do: all that concerns rows and tables of the one database; nothing that concerns other
 * files, the connection, which all flows share, or the transaction, which the engine keeps.
 */
export class Authorizer {
  /** Whether the engine's own statements are compiled, which may do everything. */
  isOwn = true;
  #class: StatementClass = newClass();

  /** Returns what was compiled since the last call. */
  take(): StatementClass {
    const taken = this.#class;
    this.#class = newClass();
    return taken;
  }

  /** Decides about one action, as SQLite asks for it. */
  readonly decide = (action: Action, first: string | null, second: string | null): number => {
    if (this.isOwn || READS.has(action)) return OK;
    const found = this.#class;
    if (ROWS.has(action)) {
      found.writes = found.changesRows = true;
      return OK;
    }
    if (DEFINITIONS.has(action)) {
      found.writes = found.isDefinition = true;
      return OK;
    }
    const refused = this.#refusal(action, first, second);
    if (refused === undefined) return OK;
    found.refused ??= refused;
    return DENY;
  };

  #refusal(action: Action, first: string | null, second: string | null): string | undefined {
    switch (action) {
      case Action.Function:
        return FUNCTIONS.has((second ?? "").toLowerCase()) ? `the function ${second} is not allowed` : undefined;
      case Action.Pragma:
        return this.#pragma((first ?? "").toLowerCase(), second);
      case Action.CreateVirtualTable: {
        this.#class.writes = this.#class.isDefinition = true;
        return MODULES.has((second ?? "").toLowerCase()) ? undefined : `tables of the module ${second} are not allowed`;
      }
      case Action.Transaction:
      case Action.Savepoint:
        return "a transaction begins and ends with its process: BEGIN, COMMIT, ROLLBACK and SAVEPOINT are not allowed";
      case Action.Attach:
      case Action.Detach:
        return "a connection is for one file: ATTACH, DETACH and VACUUM are not allowed";
    }
    if (TEMPORARY.has(action)) return "temporary tables, views and triggers are not allowed: flows share connections";
    // dropping what cannot be created
    return "the statement is not allowed";
  }

  #pragma(name: string, argument: string | null): string | undefined {
    const settable = Object.hasOwn(PRAGMAS, name) ? PRAGMAS[name] : undefined;
    if (settable === undefined) return `PRAGMA ${name} is not allowed`;
    if (argument === null) {
      if (name === "optimize" || name === "incremental_vacuum") this.#class.writes = true;
      return undefined;
    }
    if (!settable) return `PRAGMA ${name} cannot be set: flows share connections`;
    if (WRITING_PRAGMAS.has(name)) this.#class.writes = true;
    return undefined;
  }
}

function newClass(): StatementClass {
  return { writes: false, isDefinition: false, changesRows: false, refused: undefined };
}
