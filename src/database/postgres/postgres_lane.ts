import { isIP, type Socket } from "node:net";
import type { Failure } from "../../value/mod.ts";
import { isLost, postgresError } from "./postgres_error.ts";
import type { PostgresOptions, PostgresServer } from "./postgres_options.ts";
import type { Column, PostgresInput } from "./postgres_value.ts";

/** How many statements a connection keeps prepared. */
const PREPARED = 500;
/** How many rows of a stream are asked for at a time. */
const ROWS = 500;

/** What a statement has done, as text. */
export interface RawRows {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly count: number;
  /** The command as the server names it: `SELECT`, `ROLLBACK`. */
  readonly command: string;
}

/** A query of the client, of which this is used. */
interface ClientQuery extends Promise<ClientRows> {
  values(): ClientQuery;
  cancel(): Promise<void> | undefined;
  cursor(rows: number): AsyncIterable<ClientRows>;
}

type ClientRows = (string | null)[][] & {
  readonly columns?: readonly Column[];
  readonly count: number | null;
  readonly command: string | undefined;
};

/** The client, of which this is used. */
interface Client {
  unsafe(text: string, parameters: unknown[], options: { prepare: boolean; simple: boolean }): ClientQuery;
  end(options: { timeout: number }): Promise<void>;
}

/** A statement under way. */
export interface Running<Rows = RawRows> {
  readonly rows: Promise<Rows>;
  /** Asks the server to cancel it. Resolves when the server has got that. */
  cancel(): Promise<void>;
}

/** The types of arrays, which a server is asked for, as the client serializes their parameters. */
export type Serializers = Record<number, (value: unknown) => string>;

/** One connection to a server: a client with a single one. */
export class PostgresLane {
  /** Whether it is of no use any more. */
  isLost = false;
  readonly #client: Client;
  readonly #server: PostgresServer;
  readonly #prepared = new Set<string>();

  private constructor(client: Client, server: PostgresServer) {
    this.#client = client;
    this.#server = server;
  }

  /**
   * Makes a connection. It connects with the first statement.
   *
   * @param closed Called when the server has closed it.
   * @param notified Called with the channel when the server tells something that the connection listens to.
   */
  static async open(
    server: PostgresServer,
    options: PostgresOptions,
    serializers: Serializers,
    closed: (lane: PostgresLane) => void,
    notified?: (channel: string) => void,
  ): Promise<PostgresLane> {
    // loaded only where there is a node that needs it
    const { default: postgres } = await import("postgres");
    const { connectTimeout = 10_000 } = options;
    // The options as the client has read them: read by itself, they would take the place of missing ones from variables of
    // the environment.
    const client = (postgres as unknown as (options: unknown) => Client)({
      host: ["host" in server.target ? server.target.host : "localhost"],
      port: ["port" in server.target ? server.target.port : 0],
      path: false,
      database: server.database,
      user: server.user,
      pass: options.password ?? server.password,
      max: 1,
      ssl: tlsOf(server, options),
      sslnegotiation: null,
      idle_timeout: null,
      connect_timeout: connectTimeout / 1_000,
      max_lifetime: null,
      max_pipeline: 100,
      backoff: 0,
      keep_alive: 60,
      prepare: true,
      debug: false,
      fetch_types: false,
      publications: "",
      target_session_attrs: null,
      connection: { application_name: "weft", DateStyle: "ISO", ...server.parameters },
      types: {},
      onnotice: () => {},
      ...notified !== undefined && { onnotify: notified },
      onclose: () => {
        lane.isLost = true;
        closed(lane);
      },
      socket: (): Promise<Socket> => options.open(server.target, connectTimeout),
      transform: { undefined: undefined, column: {}, value: {}, row: {} },
      parameters: {},
      shared: { retries: 0, typeArrayMap: {} },
      no_subscribe: true,
      serializers,
      parsers: {},
    });
    const lane = new PostgresLane(client, server);
    return lane;
  }

  /** Runs a statement, after all that were run before. */
  run(text: string, parameters: readonly PostgresInput[]): Running {
    const query = this.#query(text, parameters, false).values();
    return {
      rows: query.then(rawRows, (error) => {
        throw this.#failure(error);
      }),
      cancel: async () => await query.cancel(),
    };
  }

  /** Runs several statements. */
  script(text: string): Running {
    const query = this.#query(text, [], true);
    return {
      rows: query.then(() => NO_ROWS, (error) => {
        throw this.#failure(error);
      }),
      cancel: async () => await query.cancel(),
    };
  }

  /** Returns the rows of a statement, some at a time. */
  async *rows(text: string, parameters: readonly PostgresInput[]): AsyncGenerator<RawRows> {
    let columns: readonly Column[] = [];
    try {
      for await (const rows of this.#query(text, parameters, false).values().cursor(ROWS)) {
        columns = rows.columns ?? columns; // told with the first rows only
        yield { ...rawRows(rows), columns };
      }
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** Closes the connection. What is under way on it fails. */
  async close(): Promise<void> {
    this.isLost = true;
    await this.#client.end({ timeout: 0 });
  }

  #query(text: string, parameters: readonly PostgresInput[], simple: boolean): ClientQuery {
    const prepare = !simple && (this.#prepared.has(text) || this.#prepared.size < PREPARED);
    if (prepare) this.#prepared.add(text);
    // texts and lists have no type for the client: the server says which one it takes
    return this.#client.unsafe(text, [...parameters], { prepare, simple });
  }

  #failure(thrown: unknown): Failure {
    const error = postgresError(thrown, this.#server.name);
    if (isLost(error)) this.isLost = true;
    return error;
  }
}

const NO_ROWS: RawRows = { columns: [], rows: [], count: 0, command: "" };

function rawRows(rows: ClientRows): RawRows {
  return { columns: rows.columns ?? [], rows, count: rows.count ?? 0, command: rows.command ?? "" };
}

/** Returns what the client takes for TLS. */
function tlsOf({ sslMode, target }: PostgresServer, { tls = {} }: PostgresOptions): unknown {
  if (sslMode === "disable" || sslMode === "prefer") return sslMode === "disable" ? false : "prefer";
  const servername = "host" in target && isIP(target.host) === 0 ? { servername: target.host } : {};
  return {
    ...tls,
    ...servername,
    rejectUnauthorized: sslMode !== "require",
    ...sslMode !== "verify-full" && { checkServerIdentity: () => undefined },
  };
}
