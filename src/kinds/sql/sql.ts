import { defineKind, type Effect, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import type { Database, Queryable, QueryOptions, Result } from "../../database/mod.ts";
import type { Process } from "../../flow/mod.ts";
import { duration } from "../../spec/mod.ts";
import { asError, type Failure, failure, type Stream, type Value } from "../../value/mod.ts";
import { hasPassword } from "../net/connection.ts";
import { type CallRetry, callRetryFields, isRetried, retriesOf, retryDelay, retryField } from "../retry_fields.ts";
import { DATABASE_TYPES, useDatabase, useSource } from "./database_connection.ts";
import { ProcessTransaction } from "./process_transaction.ts";
import { rowStream } from "./row_stream.ts";
import { type StatementInput, StatementReader } from "./statement_input.ts";

/** Errors before which nothing was done, and which may not come again. */
const UNDONE = ["connection_refused", "dns", "55P03"] as const;

const retry = z.strictObject(callRetryFields(UNDONE as unknown as readonly []));

const DRIVERS: Readonly<Record<string, "sqlite" | "postgres">> = {
  sqlite: "sqlite",
  sqlite3: "sqlite",
  postgres: "postgres",
  postgresql: "postgres",
  pgx: "postgres",
};

const fields = z.object({
  connection: z.string().min(1).optional().meta({
    description: "The name of a connection of type sqlite or postgres.",
  }),
  driver: z.enum(Object.keys(DRIVERS)).optional().meta({
    description: "In place of a connection, with `source`: what the database is.",
  }),
  source: z.string().min(1).optional().refine((text) => text === undefined || !hasPassword(text), {
    error: "expected a URL without password, which is not written into a spec: use a URL env:NAME, or a connection",
    params: { secret: true },
  }).meta({
    description: "In place of a connection: a file of SQLite, or the URL of a server. Or env:NAME or file:NAME.",
  }),
  text: z.string().min(1).optional().meta({
    description: "The statement, with `:name` or `$1` in the place of values. Default: the payload has it.",
  }),
  missing: z.enum(["error", "null"]).default("error").meta({
    description: "What a parameter is that the payload does not have: an `error`, or `null`. Default error.",
  }),
  result: z.enum(["rows", "row", "value", "count", "stream"]).default("rows").meta({
    description:
      "What goes on: all `rows`, a list of maps; the first `row`, or null; the first `value` of that row, or " +
      "null; the `count` of the rows that were changed; the rows as a `stream` of bytes. Default rows.",
  }),
  format: z.enum(["ndjson", "json"]).default("ndjson").meta({
    description: "How a stream has its rows: each as JSON on a line of its own, or all as one list. Default ndjson.",
  }),
  transaction: z.boolean().optional().meta({
    description:
      "Whether the statement belongs to the transaction of its process, which is committed when the process " +
      "ends well. Otherwise it is permanent at once. Default true; false for a stream.",
  }),
  isolation: z.enum(["read committed", "repeatable read", "serializable"]).optional().meta({
    description:
      "How the transaction is kept apart from others, if this node begins it. Default: as the database has " +
      "it. SQLite's are serializable all; naming it takes the lock for writing at once.",
  }),
  timeout: duration().default(10_000).meta({
    description: "How long a statement may run; its wait for a connection counts apart. Default 10s.",
  }),
  retry: retryField(
    retry,
    "When a statement is run again: a number of attempts, or a map. In a transaction, only while that has done nothing. " +
      "Default never.",
  ),
  concurrency: z.int().min(1).max(1_000).default(1).meta({
    description: "How many statements of one process may be under way at a time, outside of a transaction. Default 1.",
  }),
});

type SqlFields = z.infer<typeof fields>;

const ABOUT = `
Values are never part of the text of a statement: they take the places of its parameters. \`:name\` is what the payload has
by that name, \`:body.title\` what is further inside, \`:query.page.0\` the first of several, so that a request of a listener
needs no code before it. \`$1\`, \`$2\`
are the items of a payload that is a list; another payload is the only parameter. A list of maps runs the statement for
each of them, all or none.

Without \`text\`, the payload is the statement, a list of the statement and its parameters, or a map of \`text\` and
\`parameters\`. Let no client choose it.

A process has one transaction, which its nodes on one connection share. It is committed before the first byte of an answer
leaves, and rolled back if the process fails or answers with a status from 400 on. A statement that fails has done nothing,
and the transaction goes on: a node behind \`error\` may do something else. The answer is what it is: \`result: row\` without a
row is null.

A stream is read from the database as its reader reads it, and takes a connection until then. Where the statement belongs
to a transaction, all rows are read before they go on, up to 16 MiB.

Errors of the database have their SQLSTATE as the code: \`23505\` is a duplicate. The types of values, all codes, and what statements may not do are told in [SQL](../../sql.md).
`.trim();

/** Runs statements on a database. */
export const sql: Kind = defineKind({
  name: "sql",
  aliases: ["rdb"],
  summary: "Runs a statement on a database; its rows are the payload that goes on.",
  place: "host",
  effect: (fields): Effect => isTransactional(fields) ? "transactional" : "once",
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  portSummaries: {
    in: "The parameters of the statement, or the statement with its parameters.",
    out: "What `result` says.",
    error: "Why the statement was not carried out.",
  },
  about: ABOUT,
  errors: {
    invalid: "The statement is malformed, or is several, or the transaction is on another connection.",
    invalid_payload: "The payload lacks a parameter, or is no statement.",
    connection_refused: "The server does not accept connections.",
    connection_lost: "The connection ended before the answer; the transaction was rolled back.",
    dns: "The name of the server cannot be resolved.",
    tls: "The connection cannot be secured.",
    auth_failed: "The server has rejected the user or the password.",
    forbidden_address: "The address of the server is private, and the operator has not allowed it.",
    timeout: "The statement exceeded `timeout`, or no connection was free in time.",
    too_large: "The rows exceed 16 MiB or the memory of the connection: read a stream.",
    conflict: "The process has a transaction on another connection.",
    aborted: "The process ended before the statement.",
  },
  verbatim: ["text"],
  dependencies: ["data.connection"],
  references: [{ field: "connection", kind: "connection", type: DATABASE_TYPES }],
  examples: [
    {
      title: "The row that the path of a request names",
      spec: {
        kind: "sql",
        connection: "db",
        text: "SELECT id, title FROM todos WHERE id = :params.id",
        result: "row",
      },
    },
    {
      title: "Insert what was posted, and answer with the new row",
      spec: {
        kind: "sql",
        connection: "db",
        text: "INSERT INTO todos (title) VALUES (:body.title) RETURNING id, title, done",
        result: "row",
      },
    },
    {
      title: "All rows, as they come",
      spec: { kind: "sql", connection: "db", text: "SELECT * FROM events ORDER BY id", result: "stream" },
    },
  ],
  check(fields) {
    const has = (name: keyof SqlFields) => fields[name] !== undefined;
    if (has("connection") !== (has("driver") || has("source")) && has("driver") === has("source")) return [];
    return [{
      location: { path: [has("connection") ? "driver" : "connection"] },
      message: "expected either connection, or driver and source",
    }];
  },
  async prepare(context) {
    const { fields, clock, random, transaction } = context;
    const { database, key } = fields.connection !== undefined
      ? await useDatabase(context, fields.connection)
      : await useSource(context, DRIVERS[fields.driver!]!, fields.source!);
    const reader = new StatementReader({
      dialect: database.dialect,
      text: fields.text,
      isStrict: fields.missing === "error",
    });
    const { timeout, isolation } = fields;
    const isWithin = isTransactional(fields);
    const again: CallRetry = retriesOf(retry, fields.retry);
    return {
      concurrency: isWithin ? 1 : fields.concurrency,
      in: async (payload, call) => {
        const input = reader.read(payload);
        const options: QueryOptions = { signalOf: () => call.signal, timeout };
        for (let attempt = 1;; attempt++) {
          try {
            if (!isWithin) {
              if (fields.result !== "stream") return resultOf(await runAll(database, input, options), fields);
              return openStream(database, input, options, fields, call.process as Process);
            }
            const own = await transaction(call, key, () => new ProcessTransaction(database, isolation));
            return resultOf(await runAll(own, input, options), fields);
          } catch (thrown) {
            const error = asError(thrown) as Failure;
            if ((call.process as Process).status !== "running") {
              throw failure("the process has ended", { code: "aborted", cause: error });
            }
            if (!isRetried(error, attempt, again)) throw error;
            await clock.sleep(retryDelay(error, attempt, again, random.number()), call.signal);
          }
        }
      },
    };
  },
});

function isTransactional({ transaction, result }: Pick<SqlFields, "transaction" | "result">): boolean {
  return transaction ?? result !== "stream";
}

/** Runs a statement once, or for each of several maps, all or none. */
async function runAll(on: Queryable, { text, runs }: StatementInput, options: QueryOptions): Promise<Result> {
  return await (runs.length === 1 ? on.query(text, runs[0], options) : on.queryEach(text, runs, options));
}

function resultOf({ columns, rows, count }: Result, { result, format }: SqlFields): Value {
  switch (result) {
    case "rows":
      return rows as Value;
    case "row":
      return rows[0] ?? null;
    case "value":
      return columns.length === 0 ? null : rows[0]?.[columns[0]!] ?? null;
    case "count":
      return count;
    case "stream":
      return rowStream(ReadableStream.from([rows]), format);
  }
}

/** Opens a stream of rows, which is discarded if nobody has taken it when its process has ended. */
function openStream(
  database: Database,
  { text, runs }: StatementInput,
  options: QueryOptions,
  { format }: SqlFields,
  process: Process,
): Stream {
  if (runs.length !== 1) throw failure("a stream is of one statement", { code: "invalid_payload" });
  // the process ends before its answer is read
  const stream = rowStream(database.stream(text, runs[0], { timeout: options.timeout }), format);
  // a listener takes it in the turn in which the process ends
  void process.root.ended.then(() => setTimeout(() => stream.close(), 0));
  return stream;
}
