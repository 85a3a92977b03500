import { Admin } from "../admin/mod.ts";
import { type ApplyReport, evaluator, lenientEvaluator, type Target, targetOn } from "../api/mod.ts";
import { ThreadCompiler } from "../compiler/mod.ts";
import type { ExecutorWarden, WardenLink } from "../pool/mod.ts";
import type { AccessEntry } from "../kinds/mod.ts";
import { type AccessFormat, accessLine, effectMetrics, Logger, Runtime } from "../runtime/mod.ts";
import type { Evaluate } from "../spec/mod.ts";
import { openStore, type Store, storeName, storeUrl } from "../store/mod.ts";
import { asError, pause, reasonOf, TIMED_OUT, within } from "../value/mod.ts";
import { watchFiles } from "./input/file_watch.ts";
import { SpecSource } from "./input/spec_source.ts";
import type { WatchedExtensions } from "./input/watched_extensions.ts";
import type { Recorder } from "./record/recorder.ts";
import { authorOf } from "./options/author.ts";
import type { Terminal } from "./options/command.ts";
import { UsageError } from "./options/flag.ts";
import { knownKinds } from "./options/known_kinds.ts";
import { readNamespace } from "./options/namespace.ts";
import { listOf, logOptions, numberOf, storeOf, stringOf } from "./options/settings.ts";
import { isTransient } from "./options/store.ts";
import { operationLines } from "./output/operation_lines.ts";
import { type LastingTerminal, lastingTerminal } from "./output/lasting_terminal.ts";
import { changedSettings, type StartSettings } from "./start_settings.ts";
import type { StopSignal } from "./stop_signal.ts";
import { LongCalls } from "./supervise/long_calls.ts";
import type { SupervisorLink } from "./supervise/supervisor_link.ts";
import { VERSION } from "./version.ts";

/** The pause before files that wait for something outside of them are applied again, in milliseconds. */
const RETRY = 1_000;
/** What the pause grows to, by doubling. */
const LONGEST_RETRY = 60_000;

/** Options of `serve`. Without paths, the specs in the store are run. */
export interface ServeOptions extends StartSettings {
  /** Reads the settings again. */
  reload: () => Promise<StartSettings>;
  /** Tells it to end. */
  stop: StopSignal;
  /** Whether it is the first start of this program: it ends if it fails. A later one waits for other settings. */
  isFirst: boolean;
  /** Spawns executors. */
  warden: ExecutorWarden;
  /** Spawns threads that parse code. */
  threads: WardenLink;
  /** The extensions that are loaded. Default none. */
  extensions?: WatchedExtensions;
  /** The supervisor of this program. Default: it has none. */
  supervisor?: SupervisorLink;
  terminal: Terminal;
}

/**
 * Serves until a signal arrives, the supervisor or the launcher is gone, or, with `--watch`, the settings in files have changed.
 *
 * @returns The exit code, or the settings to start again with.
 */
export async function serve(options: ServeOptions): Promise<number | StartSettings> {
  const output = lastingTerminal(options.terminal, logOptions(options.config.flags).format);
  const watch = new AbortController();
  try {
    return await serveOn(output, { ...options, terminal: output.terminal }, watch.signal);
  } finally {
    watch.abort();
    await options.threads.close();
    await output.flush();
  }
}

async function serveOn(
  { log, out }: LastingTerminal,
  options: ServeOptions,
  watching: AbortSignal,
): Promise<number | StartSettings> {
  const { stop, isFirst, reload, terminal } = options;
  const server = new Server(options, log, out);
  const changed = options.config.flags.watch === true
    ? changedSettings(options, reload, terminal, watching)
    : new Promise<undefined>(() => {});
  changed.catch(() => {}); // reported where it is awaited
  const started = await Promise.race([tryStart(server, options), stop.first.then(() => 0)]);
  if (typeof started === "number" && (isFirst || started === 0)) return started;
  if (started !== undefined) terminal.warn("not running: waiting for a change of the settings");
  const next = await Promise.race([stop.first.then(() => undefined), changed]);
  if (started !== undefined) return next ?? 1;
  if (next !== undefined) terminal.print("restarting with changed settings");
  const code = await Promise.race([server.stop(), stop.second.then(() => 1)]);
  return next ?? code;
}

/** Starts a server. @returns The exit code if it failed, after telling why. */
async function tryStart(server: Server, { isFirst, terminal }: ServeOptions): Promise<number | undefined> {
  try {
    return await server.start() ? undefined : 1;
  } catch (thrown) {
    if (isFirst) throw thrown;
    for (const line of reasonOf(asError(thrown)).split("\n")) terminal.warn(line);
    return 1;
  }
}

/** A runtime with its files, its store and its admin server. */
class Server {
  readonly #options: ServeOptions;
  readonly #logger: Logger;
  readonly #namespace: string;
  readonly #store: string;
  readonly #unwatch = new AbortController();
  /** The URLs that have been printed. */
  #urls: readonly string[] = [];
  /** Settles when the files that were read so far are applied. */
  #applying: Promise<void> = Promise.resolve();
  /** Whether the files could not be applied when they were saved last. */
  #isBroken = false;
  readonly #compiler: ThreadCompiler;
  readonly #out: (line: string) => void;
  #runtime: Runtime | undefined;
  #recorder: Recorder | undefined;
  #admin: Admin | undefined;

  /**
   * @param write Writes a line of the log. Default: as the logger does.
   * @param out Writes a line of the access log.
   */
  constructor(options: ServeOptions, write: ((line: string) => void) | undefined, out: (line: string) => void) {
    const { flags } = options.config;
    this.#options = options;
    this.#out = out;
    this.#compiler = new ThreadCompiler({ warden: options.threads, spare: true });
    if (options.paths.length > 0) this.#compiler.warm();
    this.#namespace = readNamespace(flags);
    this.#store = storeUrl(options.paths.length > 0 ? stringOf(flags, "store") ?? "memory:" : storeOf(flags));
    if (options.paths.length === 0 && isTransient(this.#store)) {
      throw new UsageError(`--store ${this.#store} starts empty and requires spec files; name them with --file`);
    }
    this.#logger = new Logger({
      ...logOptions(flags),
      ...flags["log-limit"] !== undefined && { limit: numberOf(flags, "log-limit")! },
      ...write !== undefined && { write },
    });
  }

  /**
   * Starts serving.
   *
   * @returns False after reporting errors in the files, or the rejection of head with `--strict`.
   * @throws {Error} If the runtime cannot be started.
   */
  async start(): Promise<boolean> {
    const { config, paths, env, supervisor, terminal } = this.#options;
    const address = stringOf(config.flags, "admin");
    this.#admin = address === undefined ? undefined : await Admin.at(address, supervisor, {
      hosts: listOf(config.flags, "admin-host"),
      warn: (message) => this.#logger.log("warn", `admin: ${message}`, { part: "admin" }),
    });
    const scheme = await knownKinds(config, this.#options.extensions?.current);
    const [own, other] = [evaluator(env), lenientEvaluator({})];
    // what belongs to other namespaces is not run here, and the variables are those of whoever runs it
    const evaluate: Evaluate = (expression, namespace, variables) =>
      (namespace === this.#namespace ? own : other)(expression, namespace, variables);
    const source = new SpecSource({ paths, namespace: this.#namespace, scheme, evaluate, terminal });
    await source.read();
    const store = await openStore(this.#store);
    // a store that lasts gets the version first, so that this runtime follows head as every other runtime on it
    const isLasting = !isTransient(this.#store);
    // after a crash it goes on from head: the files would undo what was applied since
    const appliesFiles = isLasting && paths.length > 0 && supervisor?.resumes !== true;
    if (appliesFiles && await this.#applyTo(store, source) === undefined) return false;
    const record = stringOf(config.flags, "record");
    if (record !== undefined) this.#recorder = await this.#startRecorder(record);
    const runtime = await this.#startRuntime(store, scheme);
    this.#runtime = runtime;
    if (!isLasting && await this.#apply(source, runtime) === undefined) return false;
    const { rejected } = runtime.follower;
    if (config.flags.strict === true && rejected !== undefined) {
      terminal.warn(`version ${rejected.version} was rejected; exiting because of --strict`);
      await runtime.close();
      return false;
    }
    this.#admin?.attach(runtime);
    terminal.print(`weft       ${VERSION}`);
    terminal.print(`namespace  ${this.#namespace}`);
    terminal.print(`store      ${storeName(this.#store)}`);
    terminal.print(`running    version ${runtime.registry.version.id}`);
    await this.#printUrls(runtime);
    if (runtime.registry.namespace(this.#namespace).length === 0) {
      terminal.warn(`namespace ${JSON.stringify(this.#namespace)} is empty; run "weft apply -f FILE" to add specs`);
    }
    if (this.#admin !== undefined) terminal.print(`admin      ${this.#admin.url}`);
    if (config.flags.watch === true) {
      void this.#keepWatching(() => this.#watch(source, runtime));
      void this.#keepWatching(() => this.#watchExtensions(source, runtime));
    }
    terminal.print("serving");
    supervisor?.serving();
    return true;
  }

  /** Stops after finishing the requests in flight. @returns The exit code. */
  async stop(): Promise<number> {
    this.#logger.log("info", "stopping: finishing requests in flight; send another signal to stop immediately");
    this.#unwatch.abort();
    this.#admin?.drain();
    const drained = await this.#runtime!.drain();
    if (!drained) this.#logger.log("warn", "some requests were aborted");
    await this.#recorder?.close();
    await this.#runtime!.close();
    this.#compiler[Symbol.dispose]();
    await this.#admin?.[Symbol.asyncDispose]();
    return drained ? 0 : 1;
  }

  #startRuntime(store: Store, scheme: Awaited<ReturnType<typeof knownKinds>>): Promise<Runtime> {
    const { config: { flags }, env, warden, threads, extensions, supervisor } = this.#options;
    const host = stringOf(flags, "host");
    const access = stringOf(flags, "access-log");
    const isAccessLogged = access !== undefined && access !== "off";
    const secrets = stringOf(flags, "secrets");
    const executors = numberOf(flags, "executors");
    const executorMemory = numberOf(flags, "executor-memory");
    const recorder = this.#recorder;
    const warn = (message: string) => this.#logger.log("warn", message, { part: "http" });
    return Runtime.start({
      store,
      namespace: this.#namespace,
      scheme,
      logger: this.#logger,
      env,
      ...extensions !== undefined && { extensions: extensions.current },
      dependencies: this.#dependencies,
      ...(this.#admin !== undefined || recorder !== undefined) && {
        interceptors: (runtime: Runtime) => [
          ...this.#admin === undefined ? [] : [effectMetrics(runtime.metrics)],
          ...recorder === undefined ? [] : [recorder.interceptor(runtime)],
        ],
        addresses: false, // nobody reads them
      },
      ...recorder && {
        surroundings: { sockets: recorder.sockets(warn, supervisor) },
      },
      warden: supervisor !== undefined && warden === threads
        ? new LongCalls(warden, (symbols) => supervisor.calls(symbols.map((symbol) => this.#nodeOf(symbol))))
        : warden,
      compiler: this.#compiler,
      dev: flags.dev === true,
      keepGoing: flags["keep-going"] === true,
      allowFiles: listOf(flags, "allow-files"),
      allowPrivate: listOf(flags, "allow-private"),
      ...secrets !== undefined && { secrets },
      ...host !== undefined && { host },
      ...supervisor !== undefined && { id: supervisor.runtime, ended: supervisor.ended, keeper: supervisor },
      ...executors !== undefined && { executors },
      ...executorMemory !== undefined && { executorMemory },
      ...isAccessLogged && {
        access: (entry: AccessEntry) => this.#out(accessLine(access as AccessFormat, entry)),
      },
    });
  }

  async #startRecorder(file: string): Promise<Recorder> {
    const { Recorder } = await import("./record/recorder.ts");
    const log = (level: "info" | "warn", message: string) => this.#logger.log(level, `record: ${message}`);
    return await Recorder.create({ file, specs: this.#options.paths, env: this.#options.env, log });
  }

  /** Returns the name of the node of a symbol; undefined while it is being loaded. */
  #nodeOf(symbol: number): string | undefined {
    for (const { unit } of this.#runtime?.loader.table.units() ?? []) {
      const node = unit.nodes.find((node) => node.symbol.number === symbol);
      if (node !== undefined) return node.symbol.name;
    }
    return undefined;
  }

  get #dependencies(): readonly string[] {
    return listOf(this.#options.config.flags, "dependency");
  }

  /** Applies the files to a store before the runtime starts. */
  async #applyTo(store: Store, source: SpecSource): Promise<ApplyReport | undefined> {
    const report = await this.#apply(source, await this.#target(store));
    if (report === undefined) await store.close();
    else this.#print(report);
    return report;
  }

  #target(store: Store): Promise<Target> {
    return targetOn(store, { dependencies: this.#dependencies, compiler: this.#compiler });
  }

  #apply(source: SpecSource, target: Target): Promise<ApplyReport | undefined> {
    const { paths, config, terminal } = this.#options;
    return source.apply(target, { author: authorOf(config.flags, terminal), message: `start -f ${paths.join(" ")}` });
  }

  /** Watches files until the end. Where they cannot be watched, it looks again and again whether they can. */
  async #keepWatching(watch: () => Promise<void>): Promise<void> {
    const { signal } = this.#unwatch;
    let told = "";
    while (!signal.aborted) {
      const began = performance.now();
      try {
        return await watch();
      } catch (thrown) {
        if (performance.now() - began > RETRY) told = "";
        const reason = reasonOf(asError(thrown));
        if (reason !== told) {
          this.#logger.log("error", `cannot watch files: ${reason}; trying again`, { part: "watch" });
        }
        told = reason;
      }
      await pause(RETRY, signal);
    }
  }

  /**
   * Applies the files again whenever one changes, and at growing intervals while they wait for something outside of them.
   */
  async #watch(source: SpecSource, runtime: Runtime): Promise<void> {
    let { paths } = source;
    let stop = new AbortController();
    const watched = () => watchFiles(paths, AbortSignal.any([this.#unwatch.signal, stop.signal]));
    let changes = watched();
    let change = changes.next();
    let wait = RETRY;
    let failed = "";
    for (;;) {
      const next = source.waiting ? await within(wait, change) : await change;
      if (next === TIMED_OUT) {
        wait = Math.min(wait * 2, LONGEST_RETRY);
      } else {
        if (next.done === true) return;
        change = changes.next();
        change.catch(() => {}); // it may fail while the files are applied, and throws where it is awaited
        wait = RETRY;
        failed = "";
      }
      try {
        await this.#applyAgain(source, runtime);
      } catch (thrown) {
        const reason = reasonOf(asError(thrown));
        if (reason !== failed) this.#warnStillRunning(runtime, reason);
        failed = reason;
      }
      if (String(source.paths) === String(paths)) continue;
      // modules are read from other folders now
      stop.abort();
      await change.catch(() => {});
      paths = source.paths;
      stop = new AbortController();
      changes = watched();
      change = changes.next();
    }
  }

  /** Loads extensions again whenever a file of them changes, and applies the spec files to the new kinds. */
  async #watchExtensions(source: SpecSource, runtime: Runtime): Promise<void> {
    const { extensions, terminal } = this.#options;
    if (extensions === undefined) return;
    for await (const { error, isReloaded } of extensions.reload(runtime, this.#unwatch.signal)) {
      if (error !== undefined) {
        for (const line of reasonOf(asError(error)).split("\n")) terminal.warn(line);
        terminal.warn("still running the extensions as they were");
        continue;
      }
      terminal.print(isReloaded ? "reloaded   the extensions" : "mended     the extensions are as they were");
      if (!isReloaded) continue;
      try {
        await this.#applyAgain(source, runtime, { always: true });
      } catch (thrown) {
        this.#warnStillRunning(runtime, reasonOf(asError(thrown)));
      }
    }
  }

  /**
   * Applies the files again, after what is being applied.
   *
   * @param options.always Whether to do so although they have not changed. Default: only if they could not be applied
   * before.
   */
  #applyAgain(source: SpecSource, runtime: Runtime, { always = false } = {}): Promise<void> {
    const applied = this.#applying.then(async () => {
      const isChanged = await source.read();
      if (!isChanged && !source.waiting && !always) {
        // saved again, they ask to try again what was rejected
        if (runtime.follower.rejected !== undefined && await runtime.follower.catchUp()) await this.#printUrls(runtime);
        return;
      }
      const report = await this.#apply(source, runtime);
      if (report === undefined) return this.#warnStillRunning(runtime);
      this.#print(report);
      await this.#printUrls(runtime);
      if (this.#isBroken) this.#options.terminal.print(`mended     running version ${runtime.registry.version.id}`);
      this.#isBroken = false;
    });
    this.#applying = applied.catch(() => {}); // its caller reports the error
    return applied;
  }

  #warnStillRunning({ registry }: Runtime, reason?: string): void {
    const { terminal } = this.#options;
    this.#isBroken = true;
    if (reason !== undefined) { for (const line of reason.split("\n")) terminal.warn(line); }
    terminal.warn(`still running version ${registry.version.id}`);
  }

  /** Prints the URLs that are new since the last call. */
  async #printUrls({ sockets }: Runtime): Promise<void> {
    const urls = await sockets.urls();
    for (const url of urls) if (!this.#urls.includes(url)) this.#options.terminal.print(`listening  ${url}`);
    this.#urls = urls;
  }

  #print({ operations }: ApplyReport): void {
    for (const line of operationLines(operations, { done: true })) this.#options.terminal.print(line);
  }
}
