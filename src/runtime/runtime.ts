import { type Compiler, ThreadCompiler } from "../compiler/mod.ts";
import { Flow, type TracedPacket } from "../flow/mod.ts";
import { type AddressKeeper, Sockets } from "../http/mod.ts";
import type { Clock, Kind, Random } from "../kind/mod.ts";
import { type AccessEntry, CODECS, GrantedFolders, PrivateHosts, Schedules } from "../kinds/mod.ts";
import { evaluateTemplate } from "../language/mod.ts";
import { type ExecutorWarden, type Isolation, type LogSubject, Pool, WardenLink } from "../pool/mod.ts";
import { Registry, SILENT_KINDS } from "../registry/mod.ts";
import { Leases } from "../presence/mod.ts";
import { type Scheme, uuidv7, VALUE_KIND } from "../spec/mod.ts";
import { openStore, type Store } from "../store/mod.ts";
import { failure, type LogLevel, TIMED_OUT, type ValueMap, within } from "../value/mod.ts";
import { registerDependencies } from "./dependencies.ts";
import type { Interceptor } from "./effects.ts";
import { engineSystem } from "./engine_system.ts";
import { specToEntry } from "./entry.ts";
import { type Extensions, NO_EXTENSIONS } from "./extensions.ts";
import { Follower } from "./follower.ts";
import { HandledErrors } from "./handled_errors.ts";
import { HealthChecks } from "./health_checks.ts";
import { HOST_CLOCK, HOST_RANDOM } from "./host_clock.ts";
import { KindMetrics } from "./kind_metrics.ts";
import { Loader } from "./loader.ts";
import { Logger } from "./log/mod.ts";
import { Processes } from "./processes.ts";
import { deathsOf, redactedTrace, Redactor } from "./redactor.ts";
import { Resources } from "./resources.ts";
import { ofHost, schemeOf } from "./scheme.ts";
import { Secrets, stringsOf } from "./secrets.ts";
import type { NodePool, Surroundings } from "./surroundings.ts";
import { Transactions } from "./transactions.ts";
import { wardenOf } from "./warden.ts";

/** Options of a runtime. */
export interface RuntimeOptions {
  /** The store, or its URL; it is closed with the runtime. Default `memory:`. */
  store?: Store | string;
  /** The namespace to run. Default `default`. */
  namespace?: string;
  /** The kinds. Default: the built-in ones, `kinds` and those of `extensions`. */
  scheme?: Scheme<Kind>;
  /** Kinds of the host beside the built-in ones. Executors import theirs: those come from `extensions`. */
  kinds?: readonly Kind[];
  /** Writes the log. Default: one that writes lines of text to standard error. */
  logger?: Logger;
  /** Where entries name what they depend on, beside what the kinds say: `meta.server`, `data.imports.*`. Default none. */
  dependencies?: readonly string[];
  /** The variables that templates see. Default none. */
  env?: ValueMap;
  /**
   * The private addresses that nodes may connect to, each `all`, or a name, an address or a network, with a port or without:
   * `db.internal`, `127.0.0.1:9000`, `10.0.0.0/8`. Default none: addresses of public hosts alone.
   */
  allowPrivate?: readonly string[];
  /**
   * The folders whose files nodes may use, each `FOLDER` or `NAME=FOLDER`, with `:ro` behind it for reading only. Specs name
   * them by NAME, by default the last name of the path. Default none.
   */
  allowFiles?: readonly string[];
  /** The folder whose files are secrets that connections name as `file:NAME`. Default none. */
  secrets?: string;
  /** The address of listeners whose spec names none. Default 127.0.0.1. */
  host?: string;
  /** How many executors serve at a time. Default: one less than the machine has processors, at least one. */
  executors?: number;
  /** The limit of each executor's V8 heap, in MiB. Default 256. */
  executorMemory?: number;
  /** What executors are: threads of this program, or programs of their own. Default threads. */
  isolation?: Isolation;
  /** Modules with additional kinds; `loadExtensions` loads them. */
  extensions?: Extensions;
  /** Whether error responses contain the error. Default false. */
  dev?: boolean;
  /**
   * A warden that was started beforehand. Default: a new one.
   *
   * @internal
   */
  warden?: ExecutorWarden;
  /**
   * Parses the code in specs. Default: a thread under the warden.
   *
   * @internal
   */
  compiler?: Compiler;
  /** The clock of host kinds. Default the machine's. */
  clock?: Clock;
  /** The random values of host kinds. Default the machine's. */
  random?: Random;
  /**
   * What stands around it in a test. Default: threads, sockets and the time of the machine.
   *
   * @internal
   */
  surroundings?: Surroundings;
  /**
   * Makes what stands around the calls of host nodes, outermost first. Default nothing, at no cost.
   *
   * @internal
   */
  interceptors?: (runtime: Runtime) => readonly Interceptor[];
  /** Is told of each packet that a node receives. Default: nobody is told, at no cost. */
  traced?: (packet: TracedPacket) => void;
  /** Is told of each request that a listener has answered. Default: nobody is told, at no cost. */
  access?: (entry: AccessEntry) => void;
  /** Whether calls from executors carry their addresses, for interceptors that read them. Default: if there are any. */
  addresses?: boolean;
  /**
   * How long each step of a change may take on the host, in milliseconds: preparing a node, releasing it, each of its
   * hooks. A change that takes longer is undone. Default 30,000.
   */
  timeout?: number;
  /** Whether to start with no specs if no version with specs of the namespace can be loaded. Default false. */
  keepGoing?: boolean;
  /** How often the runtime tells the store that it lives, in milliseconds. Default 5,000. */
  heartbeat?: number;
  /**
   * The id by which the store knows the runtime. Default: a new one.
   *
   * @internal
   */
  id?: string;
  /**
   * The ids of runtimes that are known to have ended without telling the store. Default none.
   *
   * @internal
   */
  ended?: readonly string[];
  /**
   * Stands at the addresses of listeners while the program is not there. Default: nobody does.
   *
   * @internal
   */
  keeper?: AddressKeeper;
  /**
   * See `PoolOptions`.
   *
   * @internal
   */
  unguarded?: boolean;
}

/** How long a drain waits for the requests in flight, in milliseconds. */
export const DRAIN = 30_000;

/** How long each step of a change may take, in milliseconds. */
const TIMEOUT = 30_000;

/** Options of which those that have a default are set. */
type CompleteOptions = RuntimeOptions & { store: Store; scheme: Scheme<Kind>; logger: Logger };

/**
 * The engine of one namespace: it runs the specs of the head of a store on executors of its own, and follows every move
 * of head. Several may run in one program.
 *
 * @example
 * ```ts
 * import { apply, Runtime } from "@weft/weft";
 *
 * await using runtime = await Runtime.start();
 * await apply(runtime, `
 * - { kind: listener, name: web, port: 0, links: { out: [{ name: hello, port: in }] } }
 * - { kind: snippet, name: hello, language: text, code: hello }
 * `);
 * const [url] = await runtime.urls();
 * console.log(await (await fetch(url!)).text());
 * ```
 */
export class Runtime implements AsyncDisposable {
  /** The namespace that it runs. */
  readonly namespace: string;
  /** The specs that it runs. Changing them changes what runs, or is rejected. */
  readonly registry: Registry;
  /** The store that it follows. */
  readonly store: Store;
  /** The kinds that it knows. */
  readonly scheme: Scheme<Kind>;
  /**
   * Runs the packets of the host.
   *
   * @internal
   */
  readonly flow: Flow;
  /**
   * The executors.
   *
   * @internal
   */
  readonly pool: NodePool;
  /**
   * The sockets of listeners.
   *
   * @internal
   */
  readonly sockets: Sockets;
  /**
   * What nodes have counted and measured.
   *
   * @internal
   */
  readonly metrics: KindMetrics = new KindMetrics();
  /**
   * What has to work outside for it to be ready.
   *
   * @internal
   */
  readonly healthChecks: HealthChecks = new HealthChecks();
  /**
   * The open processes.
   *
   * @internal
   */
  readonly processes: Processes;
  /**
   * Makes nodes of specs.
   *
   * @internal
   */
  readonly loader: Loader;
  /**
   * Keeps the runtime at head.
   *
   * @internal
   */
  readonly follower: Follower;
  /**
   * Parses the code in specs.
   *
   * @internal
   */
  readonly compiler: Compiler;
  /**
   * The nodes that run at times.
   *
   * @internal
   */
  readonly schedules: Schedules = new Schedules();
  /**
   * Takes secrets out of what is printed.
   *
   * @internal
   */
  readonly redactor: Redactor = new Redactor();
  readonly #ownCompiler: ThreadCompiler | undefined;
  readonly #logger: Logger;

  private constructor(options: CompleteOptions) {
    this.namespace = options.namespace ?? "default";
    this.scheme = options.scheme;
    this.#logger = options.logger;
    options.logger.redactBy((text) => this.redactor.redact(text));
    const traced = redactedTrace(options.traced, this.redactor);
    this.store = options.store;
    const env = options.env ?? {};
    const interceptors = options.interceptors?.(this) ?? [];
    const { pool, sockets, processClock } = options.surroundings ?? {};
    const warn = (message: string) => options.logger.log("warn", message, { part: "http" });
    this.sockets = sockets ?? new Sockets(warn, options.keeper);
    const handledErrors = new HandledErrors(options.logger);
    const flow = this.flow = new Flow({
      ending: (process) => this.pool.ending(process),
      ended: (process) => {
        if (process.parent !== null) return;
        this.processes.ended(process);
        handledErrors.settle(process, false);
      },
    });
    this.processes = new Processes(flow, (units) => this.loader.free(units), processClock);
    const extensions = options.extensions ?? NO_EXTENSIONS;
    const warden = options.warden ?? (pool === undefined ? wardenOf(options, extensions) : undefined);
    const threads = warden instanceof WardenLink ? warden : undefined;
    this.#ownCompiler = options.compiler === undefined
      ? new ThreadCompiler({ warden: threads, spare: true })
      : undefined;
    this.compiler = options.compiler ?? this.#ownCompiler!;
    this.pool = pool?.(this) ?? new Pool({
      size: options.executors ?? Math.max(1, navigator.hardwareConcurrency - 1),
      memory: options.executorMemory ?? 256,
      flow,
      codecs: CODECS,
      extensions,
      log: (level, message, about) => this.#log(level, message, about),
      handled: (error, { process, symbol }) =>
        handledErrors.record(process, error, {
          ...process !== undefined && { process: this.processes.idOf(process) },
          ...symbol !== undefined && { node: symbol.name },
        }),
      measure: (symbol, type, name, value) => this.metrics.record(symbol.name, type, name, value),
      ...traced !== undefined && { traced },
      ...warden !== undefined && { warden },
      unguarded: options.unguarded ?? false,
      addresses: options.addresses ?? interceptors.length > 0,
    });
    const timeout = options.timeout ?? TIMEOUT;
    const id = options.id ?? uuidv7();
    this.registry = new Registry(options.store.history, {
      timeout,
      silentKinds: SILENT_KINDS.filter((kind) => kind !== VALUE_KIND), // nodes are made of values
      warn: (message) => options.logger.log("warn", message, { part: "registry" }),
    });
    registerDependencies(this.registry, [...options.scheme.dependencies, ...options.dependencies ?? []]);
    this.loader = new Loader({
      namespace: this.namespace,
      scheme: options.scheme,
      compiler: this.compiler,
      flow,
      pool: this.pool,
      processes: this.processes,
      sockets: this.sockets,
      resources: new Resources(),
      healthChecks: this.healthChecks,
      transactions: new Transactions(),
      metrics: this.metrics,
      clock: options.clock ?? HOST_CLOCK,
      random: options.random ?? HOST_RANDOM,
      env: stringsOf(env),
      secrets: new Secrets({ env: stringsOf(env), folder: options.secrets }, this.redactor),
      redactor: this.redactor,
      privateHosts: new PrivateHosts(options.allowPrivate),
      grantedFolders: new GrantedFolders(options.allowFiles),
      leases: new Leases(options.store.meta, id),
      schedules: this.schedules,
      registry: this.registry,
      timeout,
      interceptors,
      system: engineSystem({
        registry: this.registry,
        namespace: this.namespace,
        scheme: options.scheme,
        compiler: this.compiler,
        flow,
        processes: this.processes,
        pool: this.pool,
        table: () => this.loader.table,
      }),
      logger: options.logger,
      traced,
      access: options.access,
      handledErrors,
      evaluate: (expression, _, variables) => evaluateTemplate(expression, env, variables),
      host: options.host ?? "127.0.0.1",
      dev: options.dev ?? false,
    });
    this.registry.handle(this.loader);
    this.follower = new Follower({
      id,
      ended: options.ended ?? [],
      namespace: this.namespace,
      registry: this.registry,
      presence: options.store.presence,
      meta: options.store.meta,
      logger: options.logger,
      urls: () => this.sockets.urls(),
      deaths: () => deathsOf(this),
      schedules: () => this.schedules.list(),
      dryRun: (on) => this.loader.dryRun = on,
      keepGoing: options.keepGoing ?? false,
      ...options.heartbeat !== undefined && { heartbeat: options.heartbeat },
    });
  }

  /**
   * Starts a runtime: starts the executors, and loads the head of the store.
   *
   * @throws {Error} If the store cannot be opened, a kind cannot be added, or no version of the store with specs of the
   * namespace can run, with the reasons. Then the store is closed.
   */
  static async start(options: RuntimeOptions = {}): Promise<Runtime> {
    const scheme = options.scheme ?? schemeOf(options.extensions);
    for (const kind of options.kinds ?? []) scheme.add(ofHost(kind));
    const { store: given = "memory:", logger = new Logger() } = options;
    const store = typeof given === "string" ? await openStore(given) : given;
    const runtime = new Runtime({ ...options, store, scheme, logger });
    try {
      await runtime.pool.start();
      await runtime.follower.start();
    } catch (error) {
      await runtime.close();
      throw error;
    }
    return runtime;
  }

  /** Returns the URLs of the listeners: `http://127.0.0.1:8000`. */
  urls(): Promise<string[]> {
    return this.sockets.urls();
  }

  /**
   * Replaces the kinds of extensions by others: new executors import their modules, and nodes of these kinds are made
   * again, all or none. Requests in flight end with what they began with.
   *
   * @throws {Error} Why the kinds cannot be used, or a spec not run with them; those of before stay.
   */
  async reload(before: Extensions, after: Extensions): Promise<void> {
    const kinds = [...before.kinds, ...after.kinds];
    this.scheme.replace(before, after);
    try {
      await this.pool.renew(after.modules);
      try {
        await this.registry.refresh(this.loader.specsOf(kinds).map((spec) => specToEntry(spec).id));
      } catch (error) {
        await this.pool.renew(before.modules);
        throw error;
      }
    } catch (error) {
      this.scheme.replace(after, before);
      throw error;
    }
  }

  /**
   * Stops accepting requests, and waits for those in flight.
   *
   * @param timeout In milliseconds.
   * @returns Whether all requests ended in time.
   */
  async drain(timeout = DRAIN): Promise<boolean> {
    return await within(timeout, Promise.all([this.sockets.drain(), this.processes.drained()])) !== TIMED_OUT;
  }

  /** Ends all processes and executors, and closes the registry. */
  async close(): Promise<void> {
    await this.follower.stop();
    this.processes.close(failure("the runtime was closed", { code: "aborted" }));
    await this.loader.close();
    this.#ownCompiler?.[Symbol.dispose]();
    await this.pool.close();
    await this.registry.close();
    await this.store.close();
    this.#logger.finish();
  }

  /** Closes the runtime, as `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #log(level: LogLevel, message: string, { process, symbol }: LogSubject = {}): void {
    this.#logger.log(level, message, {
      ...process !== undefined && { process: this.processes.idOf(process) },
      ...symbol === undefined ? { part: "executors" as const } : { node: symbol.name },
    });
  }
}
