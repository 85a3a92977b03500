import { Admin } from "../admin/mod.ts";
import type { WardenLink } from "../pool/mod.ts";
import { type Operation, Registry } from "../registry/mod.ts";
import { type LogFormat, Logger, Runtime } from "../runtime/mod.ts";
import { openStore, type Store } from "../store/mod.ts";
import { asError, type LogLevel, reasonOf } from "../value/mod.ts";
import { watchFiles } from "./input/file_watch.ts";
import { SpecSource } from "./input/spec_source.ts";
import { evaluator } from "./input/templates.ts";
import { authorOf } from "./options/author.ts";
import type { Terminal } from "./options/command.ts";
import type { Config } from "./options/config.ts";
import { UsageError } from "./options/flag.ts";
import { knownKinds } from "./options/known_kinds.ts";
import { readNamespace } from "./options/namespace.ts";
import { DEFAULT_STORE, numberOf, readExtensions, textOf } from "./options/settings.ts";
import { isTransient } from "./options/store.ts";
import { reportOperations } from "./output/difference.ts";
import { operationLines } from "./output/operation_lines.ts";
import { stopSignal } from "./stop_signal.ts";
import { VERSION } from "./version.ts";

/** What `start` has read already. */
export interface ServeOptions {
  config: Config;
  /** Spec files; none for what the store holds. */
  paths: readonly string[];
  env: Readonly<Record<string, string>>;
  warden: WardenLink;
  terminal: Terminal;
}

/** Serves until a signal comes. @returns The exit code. */
export async function serve(options: ServeOptions): Promise<number> {
  const stop = stopSignal();
  const server = new Server(options);
  const served = server.start().then((started) => started ? undefined : 1);
  const failed = await Promise.race([served, stop.first.then(() => 0)]);
  if (failed !== undefined) return failed;
  await stop.first;
  return await Promise.race([server.stop(), stop.second.then(() => 1)]);
}

/** A runtime with what it was started from. */
class Server {
  readonly #options: ServeOptions;
  readonly #logger: Logger;
  readonly #namespace: string;
  readonly #store: string;
  readonly #unwatch = new AbortController();
  /** The URLs that have been told. */
  #urls: readonly string[] = [];
  #runtime: Runtime | undefined;
  #admin: Admin | undefined;

  constructor(options: ServeOptions) {
    const { given } = options.config;
    this.#options = options;
    this.#namespace = readNamespace(given);
    this.#store = textOf(given, "store") ?? (options.paths.length > 0 ? "memory:" : DEFAULT_STORE);
    if (options.paths.length === 0 && isTransient(this.#store)) {
      throw new UsageError(`--store ${this.#store} has nothing in it to begin with; name spec files with -f`);
    }
    this.#logger = new Logger({
      ...given["log-format"] !== undefined && { format: given["log-format"] as LogFormat },
      ...given["log-level"] !== undefined && { level: given["log-level"] as LogLevel },
    });
  }

  /** @returns Whether it serves; why not, has been told. @throws {Error} Why it cannot. */
  async start(): Promise<boolean> {
    const { config, paths, env, terminal } = this.#options;
    const address = textOf(config.given, "admin");
    this.#admin = address === undefined ? undefined : new Admin(address);
    const scheme = await knownKinds(config);
    const source = new SpecSource({ paths, namespace: this.#namespace, scheme, evaluate: evaluator(env), terminal });
    await source.read();
    const store = await openStore(this.#store);
    // in a store that lasts the version comes first: what runs then is head, as on every other runtime on it
    const isLasting = !isTransient(this.#store);
    if (isLasting && paths.length > 0 && await this.#applyTo(store, source) === undefined) return false;
    const runtime = await this.#startRuntime(store, scheme);
    this.#runtime = runtime;
    if (!isLasting && await this.#apply(source, runtime.registry) === undefined) return false;
    const { refused } = runtime.follower;
    if (config.given.strict === true && refused !== undefined) {
      terminal.warn(`version ${refused.version} cannot be run`);
      await runtime.close();
      return false;
    }
    this.#admin?.attach(runtime);
    terminal.print(`weft       ${VERSION}`);
    terminal.print(`namespace  ${this.#namespace}`);
    terminal.print(`store      ${this.#store}`);
    terminal.print(`running    version ${runtime.registry.version.id}`);
    await this.#printUrls(runtime);
    if (runtime.registry.namespace(this.#namespace).length === 0) {
      terminal.warn(`the namespace ${this.#namespace} is empty; weft apply -f FILE puts specs into it`);
    }
    if (this.#admin !== undefined) terminal.print(`admin      ${this.#admin.url}`);
    if (config.given.watch === true) {
      this.#watch(source, runtime).catch((thrown) =>
        this.#logger.log("error", `the files are not watched any more: ${reasonOf(asError(thrown))}`)
      );
    }
    terminal.print("serving");
    return true;
  }

  /** Finishes what is under way. @returns The exit code. */
  async stop(): Promise<number> {
    this.#logger.log("info", "stopping: requests in flight are finished first; a second signal stops at once");
    this.#unwatch.abort();
    this.#admin?.drain();
    const drained = await this.#runtime!.drain();
    if (!drained) this.#logger.log("warn", "some requests were cut short");
    await this.#runtime!.close();
    await this.#admin?.[Symbol.asyncDispose]();
    return drained ? 0 : 1;
  }

  #startRuntime(store: Store, scheme: Awaited<ReturnType<typeof knownKinds>>): Promise<Runtime> {
    const { config: { given }, env, warden } = this.#options;
    const host = textOf(given, "host");
    const executors = numberOf(given, "executors");
    const executorMemory = numberOf(given, "executor-memory");
    return Runtime.start({
      store,
      namespace: this.#namespace,
      scheme,
      logger: this.#logger,
      env,
      extensions: readExtensions(given),
      warden,
      dev: given.dev === true,
      ...host !== undefined && { host },
      ...executors !== undefined && { executors },
      ...executorMemory !== undefined && { executorMemory },
    });
  }

  /** Puts the files into a store before anything runs. */
  async #applyTo(store: Store, source: SpecSource): Promise<readonly Operation[] | undefined> {
    const registry = new Registry(store.history, { dispatch: "none" });
    await registry.load();
    const operations = await this.#apply(source, registry);
    if (operations === undefined) await store.close();
    else this.#print(operations);
    return operations;
  }

  #apply(source: SpecSource, registry: Registry): Promise<readonly Operation[] | undefined> {
    const { paths, config, terminal } = this.#options;
    return source.apply(registry, { author: authorOf(config.given, terminal), message: `start -f ${paths.join(" ")}` });
  }

  /** Applies the files again whenever one is saved. */
  async #watch(source: SpecSource, runtime: Runtime): Promise<void> {
    const { registry } = runtime;
    const { paths, terminal } = this.#options;
    for await (const _ of watchFiles(paths, this.#unwatch.signal)) {
      try {
        if (!await source.read()) continue;
        const operations = await this.#apply(source, registry);
        if (operations === undefined) {
          terminal.warn(`version ${registry.version.id} goes on`);
          continue;
        }
        this.#print(operations);
        await this.#printUrls(runtime);
      } catch (thrown) {
        for (const line of reasonOf(asError(thrown)).split("\n")) terminal.warn(line);
        terminal.warn(`version ${registry.version.id} goes on`);
      }
    }
  }

  /** Tells of what is listened on now and was not before. */
  async #printUrls({ sockets }: Runtime): Promise<void> {
    const urls = await sockets.urls();
    for (const url of urls) if (!this.#urls.includes(url)) this.#options.terminal.print(`listening  ${url}`);
    this.#urls = urls;
  }

  #print(operations: readonly Operation[]): void {
    for (const line of operationLines(reportOperations(operations), { done: true })) {
      this.#options.terminal.print(line);
    }
  }
}
