import type { SqliteFailure } from "./sqlite_error.ts";

/** A value as SQLite takes it. */
export type SqliteInput = null | number | bigint | string | Uint8Array;
/** A value as SQLite gives it. */
export type SqliteOutput = null | number | bigint | string | Uint8Array;

/** What the host tells the program of a connection. */
export enum Ask {
  /** Runs statements, each for itself, in one transaction: `[Ask, isWrite, statements]`. */
  Group,
  /** Begins a transaction: `[Ask, id, isWrite]`. */
  Begin,
  /** Runs a statement in the transaction: `[Ask, id, text, parameters]`. */
  Run,
  /** Runs a statement for each list of parameters in the transaction, all or none: `[Ask, id, text, lists]`. */
  Each,
  /** Runs several statements in the transaction: `[Ask, id, text]`. */
  Script,
  /** Ends the transaction: `[Ask, id, isCommit]`. */
  End,
  /** Tells whether a statement writes: `[Ask, id, text]`. */
  Classify,
  /** Opens a stream of rows: `[Ask, id, text, parameters]`. */
  Stream,
  /** Asks for the next rows of the stream: `[Ask, id]`. */
  More,
  /** Closes the stream: `[Ask, id]`. */
  Stop,
  /** Closes the file, and ends: `[Ask, id]`. */
  Close,
}

/** A statement with its id and its parameters. */
export type StatementFrame = readonly [id: number, text: string, parameters: readonly SqliteInput[]];

/** What the host tells the program of a connection. */
export type AskFrame =
  | readonly [Ask.Group, isWrite: boolean, statements: readonly StatementFrame[]]
  | readonly [Ask.Begin, id: number, isWrite: boolean]
  | readonly [Ask.Run, ...StatementFrame]
  | readonly [Ask.Each, id: number, text: string, lists: readonly (readonly SqliteInput[])[]]
  | readonly [Ask.Script, id: number, text: string]
  | readonly [Ask.End, id: number, isCommit: boolean]
  | readonly [Ask.Classify, id: number, text: string]
  | readonly [Ask.Stream, ...StatementFrame]
  | readonly [Ask.More, id: number]
  | readonly [Ask.Stop, id: number]
  | readonly [Ask.Close, id: number];

/** What the program of a connection answers. */
export enum Reply {
  /** The result of a statement: `[id, Reply, result]`. */
  Result,
  /** The results of a statement that was run several times: `[id, Reply, results]`. */
  Results,
  /** Why it has none: `[id, Reply, failure]`. */
  Failure,
  /** Something is done that has no result: `[id, Reply]`. */
  Done,
  /** Whether a statement writes: `[id, Reply, writes]`. */
  Class,
}

/** What the program of a connection answers to what has an id. */
export type ReplyFrame =
  | readonly [id: number, Reply.Result, RawResult]
  | readonly [id: number, Reply.Results, readonly RawResult[]]
  | readonly [id: number, Reply.Failure, SqliteFailure]
  | readonly [id: number, Reply.Done]
  | readonly [id: number, Reply.Class, writes: boolean];

/** What the type that a column was declared with makes of its values. */
export enum Declared {
  None,
  Boolean,
  Time,
  Json,
}

/** The rows of a statement. */
export interface RawResult {
  readonly columns: readonly string[];
  /** By column; absent if no column has one that matters. */
  readonly declared?: readonly Declared[] | undefined;
  readonly rows: readonly (readonly SqliteOutput[])[];
  readonly count: number;
}

/** What a connection is in, as its status says in the place of a process. */
export enum Phase {
  Statement,
  /** A commit whose end nobody has been told of. */
  Commit,
}

/** What the host tells the program of a connection at its start, as JSON in its only argument. */
export interface SqliteArgument {
  /** The path of the file, or `:memory:`. */
  readonly path: string;
  readonly readOnly: boolean;
  /** Whether a commit waits until the disk has it. */
  readonly durable: boolean;
  /** How long it waits for another program that holds the file, in milliseconds. */
  readonly busyTimeout: number;
}
