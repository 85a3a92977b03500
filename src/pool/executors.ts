import { type Patch, ThreadStatus } from "../protocol/mod.ts";
import { type Codec, failure } from "../value/mod.ts";
import { Connection, type ConnectionHandler } from "./connection.ts";
import type { WardenLink } from "./warden_link.ts";

/** What `status` says of an executor. */
export interface ExecutorStatus {
  id: number;
  state: "starting" | "serving" | "spare" | "alone";
  /** Packets that it has not answered. */
  inFlight: number;
  /** Calls that it has stopped softly, and how long the last one was there beyond its limit, in milliseconds. */
  stops: { count: number; beyond: number };
  processes: number;
}

/** How executors are started. */
export interface ExecutorsOptions {
  /** How many serve at a time; there is a spare besides. */
  size: number;
  /** Limit of each one's V8 heap, in MiB. */
  memory: number;
  codecs: readonly Codec[];
  extensions: readonly string[];
  unguarded: boolean;
  warden: WardenLink;
  handler: ConnectionHandler;
  /** The symbol table that a new executor begins with. @param only The symbol that it is for, if it is for one. */
  snapshot(only: number | undefined): Patch;
}

/** How many in a row may end before they serve; the next ones are started only every so often. */
const FAILED_STARTS = 3;
/** How often one is started then, in milliseconds. */
const PAUSE = 5_000;

/** The executors that there are: those that serve, a spare that takes the place of one that dies, those of one symbol. */
export class Executors {
  readonly #options: ExecutorsOptions;
  readonly #codecs: ReadonlyMap<number, Codec>;
  readonly #serving: Connection[] = [];
  readonly #spares: Connection[] = [];
  readonly #alone = new Map<number, Connection>();
  readonly #byId = new Map<number, Connection>();
  readonly #served = Promise.withResolvers<void>();
  /** How many in a row have ended before they served. */
  #failures = 0;
  #ids = 0;

  constructor(options: ExecutorsOptions) {
    this.#options = options;
    this.#codecs = new Map(options.codecs.map((codec) => [codec.number, codec]));
  }

  /**
   * Starts the first; the others once it serves, so that nothing slows it. Answers when it does.
   *
   * @throws {Error} If several in a row ended before they served.
   */
  async start(): Promise<void> {
    this.#serving.push(this.#spawn());
    await this.#served.promise;
    while (this.#serving.length < this.#options.size) this.#serving.push(this.#spawn());
    this.#spares.push(this.#spawn());
  }

  /** Every executor. */
  all(): Iterable<Connection> {
    return this.#byId.values();
  }

  get(id: number): Connection | undefined {
    return this.#byId.get(id);
  }

  /** The executor of a symbol that runs alone, if it does. */
  aloneWith(symbol: number): Connection | undefined {
    return this.#alone.size === 0 ? undefined : this.#alone.get(symbol);
  }

  /** Executors of symbols that run alone. */
  alone(): Iterable<Connection> {
    return this.#alone.values();
  }

  /** The one with the fewest packets in flight. @throws {Error} If there is none. */
  quietest(): Connection {
    let quietest: Connection | undefined;
    for (const connection of this.#serving) {
      if (!connection.ready && quietest?.ready) continue;
      if (quietest === undefined || (connection.ready && !quietest.ready) || connection.inFlight < quietest.inFlight) {
        quietest = connection;
      }
    }
    if (quietest === undefined) throw failure("no executor is there", { code: "executor_lost" });
    return quietest;
  }

  /** Puts another in the place of a dead one: the spare, if there is one. */
  replace(dead: Connection, why: string): void {
    this.#byId.delete(dead.id);
    if (!dead.ready && ++this.#failures >= FAILED_STARTS) {
      this.#served.reject(failure(`executors cannot be started: ${why}`));
    }
    const spare = this.#spares.indexOf(dead);
    if (spare >= 0) this.#spares[spare] = this.#spawn();
    const at = this.#serving.indexOf(dead);
    if (at >= 0) {
      this.#serving[at] = this.#spares.shift() ?? this.#spawn();
      if (this.#spares.length === 0) this.#spares.push(this.#spawn());
    }
    for (const [symbol, connection] of this.#alone) {
      if (connection === dead) this.#alone.set(symbol, this.#spawn(symbol));
    }
  }

  /** Starts an executor for one symbol. */
  isolate(symbol: number): void {
    this.#alone.set(symbol, this.#spawn(symbol));
  }

  /** Ends the executor of one symbol, if it has one. */
  release(symbol: number): void {
    const connection = this.#alone.get(symbol);
    if (connection === undefined) return;
    this.#alone.delete(symbol);
    this.#byId.delete(connection.id);
    this.#options.warden.order({ order: "kill", id: connection.id, why: "its symbol is gone" });
    connection.close(failure("the executor was ended", { code: "executor_lost" }));
  }

  status(): ExecutorStatus[] {
    const describe = (connections: Iterable<Connection>, state: ExecutorStatus["state"]) =>
      [...connections].map((connection) => ({
        id: connection.id,
        state: connection.ready ? state : "starting" as const,
        inFlight: connection.inFlight,
        stops: connection.stops,
        processes: connection.assignments.size,
      }));
    return [
      ...describe(this.#serving, "serving"),
      ...describe(this.#spares, "spare"),
      ...describe(this.#alone.values(), "alone"),
    ];
  }

  close(): void {
    for (const connection of this.#byId.values()) connection.close(failure("the pool was closed"));
  }

  #spawn(only?: number): Connection {
    const { memory, extensions, unguarded, warden, handler, snapshot } = this.#options;
    const id = ++this.#ids;
    const { port1, port2 } = new MessageChannel();
    const status = new ThreadStatus();
    const connection = new Connection({ id, port: port1, status, codecs: this.#codecs, handler, only });
    this.#byId.set(id, connection);
    void connection.whenReady.then(() => {
      this.#failures = 0;
      this.#served.resolve();
    });
    const order = () => {
      if (!connection.closed) {
        warden.order({ order: "spawn", id, memory, extensions, unguarded, status: status.buffer }, port2);
      }
    };
    if (this.#failures < FAILED_STARTS) order();
    else Deno.unrefTimer(setTimeout(order, PAUSE) as unknown as number);
    connection.patch(snapshot(only));
    return connection;
  }
}
