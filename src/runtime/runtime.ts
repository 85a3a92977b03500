import { Flow, type Kind } from "../flow/mod.ts";
import { Sockets } from "../http/mod.ts";
import { CODECS } from "../kinds/mod.ts";
import { evaluateTemplate } from "../language/mod.ts";
import { Pool, type WardenLink } from "../pool/mod.ts";
import { Registry } from "../registry/mod.ts";
import { type Scheme, uuidv7 } from "../spec/mod.ts";
import type { Store } from "../store/mod.ts";
import { failure, type LogLevel, TIMED_OUT, type ValueMap, within } from "../value/mod.ts";
import { engineSystem } from "./engine_system.ts";
import { Follower } from "./follower.ts";
import { Loader } from "./loader.ts";
import type { Logger } from "./log.ts";
import { Processes } from "./processes.ts";

/** How a runtime is made. */
export interface RuntimeOptions {
  /** Taken over: it is closed with the runtime. */
  store: Store;
  /** The namespace that it runs. Default `default`. */
  namespace?: string;
  scheme: Scheme<Kind>;
  logger: Logger;
  /** Variables that templates see. Default none. */
  env?: ValueMap;
  /** The address that listeners bind to where the spec says none. Default 127.0.0.1. */
  host?: string;
  /** Executors that serve at a time. Default one less than the machine has processors, one at least. */
  executors?: number;
  /** Limit of each executor's V8 heap, in MiB. Default 256. */
  executorMemory?: number;
  /** Modules of kinds that were added to the built-in ones. */
  extensions?: readonly string[];
  /** Whether error answers tell the error. Default false. */
  dev?: boolean;
  /** Started beforehand, so that it is up by the time it is wanted. */
  warden?: WardenLink;
  /** See `PoolOptions`. */
  unguarded?: boolean;
}

/** How long requests in flight have to end when a runtime is drained, in milliseconds. */
export const DRAIN = 30_000;

/** One namespace, running: its registry, its symbol table, its executors and its sockets. */
export class Runtime {
  readonly namespace: string;
  readonly registry: Registry;
  readonly pool: Pool;
  readonly sockets = new Sockets();
  readonly processes: Processes;
  readonly loader: Loader;
  readonly follower: Follower;
  readonly #logger: Logger;
  readonly #store: Store;

  private constructor(options: RuntimeOptions) {
    this.namespace = options.namespace ?? "default";
    this.#logger = options.logger;
    this.#store = options.store;
    const env = options.env ?? {};
    const flow: Flow = new Flow({
      ended: (process) => {
        this.pool.ended(process);
        if (process.parent === null) this.processes.ended(process);
      },
    });
    this.processes = new Processes(flow, (units) => this.loader.free(units));
    this.pool = new Pool({
      size: options.executors ?? Math.max(1, navigator.hardwareConcurrency - 1),
      memory: options.executorMemory ?? 256,
      flow,
      codecs: CODECS,
      extensions: options.extensions ?? [],
      log: (level, message, about = {}) => this.#log(level, message, about),
      ...options.warden !== undefined && { warden: options.warden },
      unguarded: options.unguarded ?? false,
    });
    this.registry = new Registry(options.store.history, { warn: (message) => options.logger.log("warn", message) });
    this.loader = new Loader({
      namespace: this.namespace,
      scheme: options.scheme,
      flow,
      pool: this.pool,
      processes: this.processes,
      sockets: this.sockets,
      system: engineSystem({
        registry: this.registry,
        processes: this.processes,
        pool: this.pool,
        table: () => this.loader.table,
      }),
      logger: options.logger,
      evaluate: (expression) => evaluateTemplate(expression, env),
      host: options.host ?? "127.0.0.1",
      dev: options.dev ?? false,
    });
    this.registry.handle(this.loader);
    this.follower = new Follower({
      id: uuidv7(),
      namespace: this.namespace,
      registry: this.registry,
      presence: options.store.presence,
      meta: options.store.meta,
      logger: options.logger,
      urls: () => this.sockets.urls(),
      dryRun: (on) => this.loader.dryRun = on,
    });
  }

  /**
   * Makes a runtime, starts its executors, and takes the head of its store.
   *
   * @throws {Error} Why no version of the store can be run.
   */
  static async start(options: RuntimeOptions): Promise<Runtime> {
    const runtime = new Runtime(options);
    try {
      await runtime.pool.start();
      await runtime.follower.start();
    } catch (error) {
      await runtime.close();
      throw error;
    }
    return runtime;
  }

  /**
   * Takes no new requests, and waits for those in flight.
   *
   * @param timeout In milliseconds.
   * @returns Whether all of them ended in time.
   */
  async drain(timeout = DRAIN): Promise<boolean> {
    return await within(timeout, Promise.all([this.sockets.drain(), this.processes.drained()])) !== TIMED_OUT;
  }

  /** Ends everything now. */
  async close(): Promise<void> {
    await this.follower.stop();
    this.processes.close(failure("the runtime was closed", { code: "aborted" }));
    await this.loader.close();
    this.pool.close();
    await this.registry.close();
    await this.#store.close();
  }

  #log(
    level: LogLevel,
    message: string,
    about: Parameters<ConstructorParameters<typeof Pool>[0]["log"]>[2] = {},
  ): void {
    const { process, symbol } = about;
    this.#logger.log(level, message, {
      ...process !== undefined && { process: this.processes.idOf(process) },
      ...symbol !== undefined && { node: symbol.name },
    });
  }
}
