import type { Patch } from "../protocol/mod.ts";
import { type Codec, failure } from "../value/mod.ts";
import { Connection, type ConnectionHandler } from "./connection.ts";
import type { ExecutorWarden } from "./executor_warden.ts";

/** The state of one executor. */
export interface ExecutorStatus {
  /** Its number; a new executor has a new one. */
  id: number;
  /** What it does: `alone` is in quarantine with one node, or runs processes that executors have died with. */
  state: "starting" | "serving" | "spare" | "alone";
  /** How many packets it has not answered. */
  inFlight: number;
  /** How many calls it has stopped, and how long the last one ran beyond its limit, in milliseconds. */
  stops: { count: number; beyond: number };
  /** How many processes it runs. */
  processes: number;
}

/** Options of the executors of a pool. */
export interface ExecutorsOptions {
  /** How many serve at a time, besides one spare. */
  size: number;
  /** The limit of each executor's V8 heap, in MiB. */
  memory: number;
  codecs: readonly Codec[];
  extensions: readonly string[];
  unguarded: boolean;
  /** Whether packets carry their addresses. */
  addresses: boolean;
  warden: ExecutorWarden;
  handler: ConnectionHandler;
  /** Returns the symbol table of a new executor. @param only The only symbol that it runs, if it is a quarantined one. */
  snapshot(only: number | undefined): Patch;
}

/** After so many failed starts in a row, each further start is delayed. */
const FAILED_STARTS = 3;
/** The delay of such a start, in milliseconds. */
const START_DELAY = 5_000;
/** How long after the first executor serves the spare starts, in milliseconds: it would slow the first requests down. */
const SPARE_DELAY = 1_000;

/** How long an executor that was replaced has to be without a process before it ends, in milliseconds. */
const RETIREMENT = 1_000;

/** The executors of a pool: those that serve, a spare that replaces one that dies, and those of quarantined symbols. */
export class Executors {
  readonly #options: ExecutorsOptions;
  readonly #codecs: ReadonlyMap<number, Codec>;
  readonly #serving: Connection[] = [];
  readonly #spares: Connection[] = [];
  readonly #alone = new Map<number, Connection>();
  readonly #extras = new Set<Connection>();
  readonly #byId = new Map<number, Connection>();
  readonly #served = Promise.withResolvers<void>();
  /** The timers of starts that come later, and of executors that are replaced. */
  readonly #timers = new Set<number>();
  /** URLs of modules with additional kinds. */
  #extensions: readonly string[];
  /** The first executor of a renewal, until it serves. */
  #renewing: { readonly connection: Connection; fail(error: Error): void } | undefined;
  /** How many executors in a row have ended before they served. */
  #failures = 0;
  #ids = 0;

  constructor(options: ExecutorsOptions) {
    this.#options = options;
    this.#extensions = options.extensions;
    this.#codecs = new Map(options.codecs.map((codec) => [codec.number, codec]));
  }

  /**
   * Starts the first executor, and once it serves the others, so that they do not slow it down; the spare follows later.
   * Resolves when the first one serves.
   *
   * @throws {Error} If several executors in a row end before they serve.
   */
  async start(): Promise<void> {
    this.#serving.push(this.#spawn());
    await this.#served.promise;
    while (this.#serving.length < this.#options.size) this.#serving.push(this.#spawn());
    this.#later(SPARE_DELAY, () => this.#keepSpare());
  }

  /** Returns all executors. */
  all(): Iterable<Connection> {
    return this.#byId.values();
  }

  /** Returns the executor with an id. */
  get(id: number): Connection | undefined {
    return this.#byId.get(id);
  }

  /** Returns the executor of a symbol, if it is quarantined. */
  aloneWith(symbol: number): Connection | undefined {
    return this.#alone.size === 0 ? undefined : this.#alone.get(symbol);
  }

  /** Returns the executors of quarantined symbols. */
  alone(): Iterable<Connection> {
    return this.#alone.values();
  }

  /** Returns the serving executor with the fewest packets in flight. @throws {Error} If none serves. */
  leastBusy(): Connection {
    let least: Connection | undefined;
    for (const connection of this.#serving) {
      if (!connection.ready && least?.ready) continue;
      if (least === undefined || (connection.ready && !least.ready) || connection.inFlight < least.inFlight) {
        least = connection;
      }
    }
    if (least === undefined) throw failure("no executor is available", { code: "executor_lost" });
    return least;
  }

  /**
   * Replaces a dead executor: by the spare, if there is one.
   *
   * @param fatal Whether every other one would fail to start for the same reason. Default false.
   */
  replace(dead: Connection, why: string, fatal = false): void {
    this.#byId.delete(dead.id);
    this.#extras.delete(dead);
    if (dead === this.#renewing?.connection) return this.#renewing.fail(failure(why));
    if (!dead.ready) this.#failures += fatal ? FAILED_STARTS : 1;
    if (!dead.ready && this.#failures >= FAILED_STARTS) {
      this.#served.reject(failure(fatal ? why : `executors cannot be started: ${why}`));
    }
    const spare = this.#spares.indexOf(dead);
    if (spare >= 0) this.#spares[spare] = this.#spawn();
    const at = this.#serving.indexOf(dead);
    if (at >= 0) {
      this.#serving[at] = this.#spares.shift() ?? this.#spawn();
      this.#keepSpare();
    }
    for (const [symbol, connection] of this.#alone) {
      if (connection === dead) this.#alone.set(symbol, this.#spawn(symbol));
    }
  }

  /**
   * Replaces all executors by new ones, which import other modules. Those of before get no new processes, and end when
   * their last one has ended.
   *
   * @throws {Error} If the first of the new ones does not serve; those of before then serve on.
   */
  async renew(extensions: readonly string[]): Promise<void> {
    const before = this.#extensions;
    this.#extensions = extensions;
    try {
      await this.#renew();
    } catch (error) {
      this.#extensions = before;
      throw error;
    }
  }

  /** Starts an executor that gets no processes but those that are assigned to it. */
  extra(): Connection {
    const connection = this.#spawn();
    this.#extras.add(connection);
    return connection;
  }

  /** Ends an executor when it has had no process for a while: exit hooks run after the end of a process. */
  retire(connection: Connection): void {
    let idleSince = Infinity;
    const timer = setInterval(() => {
      idleSince = connection.assignments.size > 0 ? Infinity : Math.min(idleSince, performance.now());
      const isGone = connection.closed;
      if (!isGone && performance.now() - idleSince < RETIREMENT) return;
      clearInterval(timer);
      this.#timers.delete(timer);
      if (!isGone) this.#end(connection, "it was replaced");
    }, RETIREMENT / 10) as unknown as number;
    this.#timers.add(timer);
    Deno.unrefTimer(timer);
  }

  /** Starts an executor for one quarantined symbol. */
  isolate(symbol: number): void {
    this.#alone.set(symbol, this.#spawn(symbol));
  }

  /** Ends the executor of a symbol, if it is quarantined. */
  release(symbol: number): void {
    const connection = this.#alone.get(symbol);
    if (connection === undefined) return;
    this.#alone.delete(symbol);
    this.#end(connection, "its symbol was removed");
  }

  /** Returns the state of each executor. */
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
      ...describe(this.#extras, "alone"),
    ];
  }

  /** Closes all connections. The warden ends the executors. */
  close(): void {
    this.#renewing?.fail(failure("the pool was closed"));
    for (const timer of this.#timers) clearTimeout(timer);
    for (const connection of this.#byId.values()) connection.close(failure("the pool was closed"));
  }

  async #renew(): Promise<void> {
    const first = this.#spawn();
    const failed = Promise.withResolvers<never>();
    this.#renewing = { connection: first, fail: failed.reject };
    try {
      await Promise.race([first.whenReady, failed.promise]);
    } finally {
      this.#renewing = undefined;
    }
    const before = [...this.#serving, ...this.#spares, ...this.#alone.values()];
    const others = Array.from({ length: this.#options.size - 1 }, () => this.#spawn());
    this.#serving.splice(0, Infinity, first, ...others);
    this.#spares.splice(0, Infinity, this.#spawn());
    for (const symbol of this.#alone.keys()) this.#alone.set(symbol, this.#spawn(symbol));
    for (const connection of before) this.retire(connection);
  }

  #end(connection: Connection, why: string): void {
    this.#byId.delete(connection.id);
    this.#extras.delete(connection);
    this.#options.warden.kill(connection.id, why);
    connection.close(failure("the executor was ended", { code: "executor_lost" }));
  }

  #spawn(only?: number): Connection {
    const { memory, unguarded, addresses, warden, handler, snapshot } = this.#options;
    const id = ++this.#ids;
    const { channel, status, start } = warden.create({ id, memory, extensions: this.#extensions, unguarded });
    const connection = new Connection({ id, channel, status, codecs: this.#codecs, handler, only, addresses });
    this.#byId.set(id, connection);
    void connection.whenReady.then(() => {
      this.#failures = 0;
      this.#served.resolve();
    });
    if (this.#failures < FAILED_STARTS) start();
    else this.#later(START_DELAY, () => connection.closed || start());
    connection.patch(snapshot(only));
    return connection;
  }

  #keepSpare(): void {
    if (this.#spares.length === 0) this.#spares.push(this.#spawn());
  }

  #later(delay: number, start: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      start();
    }, delay) as unknown as number;
    this.#timers.add(timer);
    Deno.unrefTimer(timer);
  }
}
