import {
  type Commit,
  type FlatSpec,
  type Flow,
  type InPort,
  type Kind,
  type Process,
  SymbolTable,
  type Unit,
} from "../flow/mod.ts";
import type { Sockets } from "../http/mod.ts";
import type { HostContext, System } from "../kinds/mod.ts";
import type { Pool } from "../pool/mod.ts";
import type { Entry, Handler, HandlerContext, Operation, TransactionInfo } from "../registry/mod.ts";
import { formatPosition, hasErrors, type Path, positionIn, type Scheme, type Spec } from "../spec/mod.ts";
import { asError, failure, type LogLevel, type Value } from "../value/mod.ts";
import { checkSpec, type CompiledUnit, type Draft, draftUnit, type Evaluate, readFields, refusal } from "./compile.ts";
import { entryToSpec } from "./entry.ts";
import type { Logger } from "./log.ts";
import type { Processes } from "./processes.ts";
import { Yielder } from "./yielder.ts";

/** What a loader works with. */
export interface LoaderOptions {
  /** The namespace that the runtime runs; specs of others are checked and left alone. */
  namespace: string;
  scheme: Scheme<Kind>;
  flow: Flow;
  pool: Pool;
  processes: Processes;
  sockets: Sockets;
  system: System;
  logger: Logger;
  evaluate: Evaluate;
  host: string;
  dev: boolean;
}

/** How many specs are prepared ahead of their turn: more start no faster, and keep requests on the executors waiting. */
const AHEAD = 16;
/** How many symbols, or links, are told to executors at a time. */
const CHUNK = 50;
/** How long a change waits for what `init`, `term`, load and unload do, in milliseconds. */
const HOOKS = 5_000;

interface Staged {
  insert: Map<string, CompiledUnit>;
  remove: Set<string>;
  /** What the transaction brings, in order. */
  entries: readonly Entry[];
  /** How many of them are prepared, or being prepared. */
  next: number;
  /** What preparing ahead comes to, until its turn. */
  ahead: Map<Entry, Promise<CompiledUnit | undefined>>;
  /** Takes back that addresses were said to become free. */
  undo: () => void;
}

/**
 * Answers the registry for node kinds: prepares what a transaction brings, which is all that can fail, and on commit
 * makes it the newest generation of the symbol table.
 */
export class Loader implements Handler {
  readonly name = "the loader";
  readonly kinds = "**";
  readonly table = new SymbolTable();
  readonly #options: LoaderOptions;
  readonly #yielder = new Yielder();
  #staged: Staged | undefined;
  /** Settles when the hooks of all changes so far have ended. */
  #hooked = Promise.resolve();
  /** Whether top levels are run before a version is accepted. Off while a head that was accepted before is loaded. */
  dryRun = true;
  #symbols = 0;

  constructor(options: LoaderOptions) {
    this.#options = options;
  }

  /** The kinds that it knows. */
  get scheme(): Scheme<Kind> {
    return this.#options.scheme;
  }

  async begin({ operations }: TransactionInfo): Promise<void> {
    const undo = await this.#options.sockets.markReplaced(this.#leaving(operations));
    const entries = operations.flatMap((operation) => operation.kind === "delete" ? [] : [operation.entry]);
    this.#staged = { insert: new Map(), remove: new Set(), entries, next: 0, ahead: new Map(), undo };
  }

  async create(entry: Entry, { undo }: HandlerContext): Promise<void> {
    await this.#put(entry, undo);
  }

  async update(entry: Entry, _: Entry, { undo }: HandlerContext): Promise<void> {
    if (!undo) return await this.#put(entry, undo);
    const id = idOf(entry);
    await this.#unstage(id);
  }

  async delete(original: Entry, { undo }: HandlerContext): Promise<void> {
    if (original.id.namespace !== this.#options.namespace) return;
    const id = idOf(original);
    if (undo) await this.#unstage(id);
    else this.#staged!.remove.add(id);
  }

  /** Swaps generations. From here on nothing can fail. */
  async commit(): Promise<void> {
    const { insert, remove } = this.#staged!;
    this.#staged = undefined;
    if (insert.size === 0 && remove.size === 0) return;
    const { pool, processes, sockets, logger } = this.#options;
    const change = { insert: [...insert.values()], remove: [...remove].filter((id) => !insert.has(id)) };
    const pause = () => this.#yielder.yieldIfDue();
    const commit = await this.table.commit(change, pause);
    for (const { from, port, to } of commit.dangling) {
      logger.log(
        "warn",
        `${from} is not active: its port ${port} is linked to ${to.target}.${to.port}, which is not there`,
      );
    }
    for (const relinked of chunks(commit.relinked)) {
      await pause();
      pool.link(relinked, commit.generation, processes.oldest);
    }
    const hooks = this.#hooks(commit);
    processes.advance(commit.generation, commit.retired);
    for (const { port } of commit.relinked) port.forget(processes.oldest);
    await this.#inTime(hooks);
    await sockets.finishSwap();
  }

  /** Gives up what was prepared. */
  async discard(): Promise<void> {
    const staged = this.#staged;
    this.#staged = undefined;
    if (staged === undefined) return;
    staged.undo();
    await Promise.allSettled(staged.ahead.values());
    await Promise.all([...staged.insert.values()].map((unit) => this.#release(unit)));
    for (const ahead of staged.ahead.values()) {
      const unit = await ahead.catch(() => undefined);
      if (unit !== undefined) await this.#release(unit);
    }
  }

  /** Units that no process can reach any more. */
  free(units: readonly Unit[]): void {
    void this.#free(units as readonly CompiledUnit[]);
  }

  async #free(units: readonly CompiledUnit[]): Promise<void> {
    for (const chunk of chunks(units)) {
      await this.#yielder.yieldIfDue();
      this.#options.pool.free(chunk.flatMap(({ drafts }) => drafts.map(({ symbol }) => symbol.number)));
      await Promise.all(chunk.map((unit) => this.#letGo(unit)));
    }
  }

  /** Stops every node, outermost first. */
  async close(): Promise<void> {
    const ids = [...this.table.units()].map(({ unit }) => unit.spec.id);
    const commit = await this.table.commit({ insert: [], remove: ids });
    await this.#inTime(this.#hooks(commit));
    for (const unit of commit.retired) await this.#release(unit as CompiledUnit);
  }

  async #put(entry: Entry, undo: boolean): Promise<void> {
    if (undo) {
      // a delete is taken back: what it had was never let go of
      this.#staged!.remove.delete(idOf(entry));
      return;
    }
    const staged = this.#staged!;
    this.#prepareAhead(staged);
    // one that was deferred comes a second time
    const unit = await (staged.ahead.get(entry) ?? this.#prepare(entry));
    staged.ahead.delete(entry);
    if (unit !== undefined) staged.insert.set(unit.spec.id, unit);
  }

  /** Prepares the next specs of the transaction while the answers for earlier ones are on their way. */
  #prepareAhead(staged: Staged): void {
    while (staged.ahead.size < AHEAD && staged.next < staged.entries.length) {
      const entry = staged.entries[staged.next++]!;
      const prepared = this.#prepare(entry);
      prepared.catch(() => {}); // told when its turn comes
      staged.ahead.set(entry, prepared);
    }
  }

  /** The ids of the symbols that a transaction takes away or replaces. */
  #leaving(operations: readonly Operation[]): Set<string> {
    const symbols = operations.flatMap((operation) => {
      if (operation.kind === "create" || operation.id.namespace !== this.#options.namespace) return [];
      return this.table.get(idOf(operation.original))?.nodes ?? [];
    });
    return new Set(symbols.map(({ symbol }) => symbol.id));
  }

  async #unstage(id: string): Promise<void> {
    const { insert, remove } = this.#staged!;
    const unit = insert.get(id);
    insert.delete(id);
    remove.delete(id);
    if (unit !== undefined) await this.#release(unit);
  }

  /** Does all that can fail for an entry. Undefined for one of another namespace, which is only checked. */
  async #prepare(entry: Entry): Promise<CompiledUnit | undefined> {
    await this.#yielder.yieldIfDue();
    const { scheme, evaluate, namespace } = this.#options;
    const { spec, origin } = entryToSpec(entry);
    const foreign = spec.namespace !== namespace;
    if (foreign || this.dryRun) {
      // variables are those of the runtime that runs the namespace
      const diagnostics = checkSpec(spec, origin, scheme, foreign ? () => null : evaluate);
      if (hasErrors(diagnostics)) throw refusal(diagnostics);
    }
    if (foreign) return undefined;
    const unit = draftUnit(readFields(spec, origin, scheme, evaluate), scheme, () => ++this.#symbols);
    try {
      await this.#prepareUnit(unit);
    } catch (thrown) {
      await this.#release(unit);
      throw located(thrown, spec);
    }
    return unit;
  }

  async #prepareUnit(unit: CompiledUnit): Promise<void> {
    const { pool } = this.#options;
    pool.define(
      unit.drafts.map(({ symbol, definition, flat }) => ({ symbol, definition, pure: isPure(flat) })),
    );
    const trials: Promise<void>[] = [];
    for (const draft of unit.drafts) {
      if (draft.flat.kind.place !== "host") {
        draft.symbol.node = pool.node;
        if (this.dryRun) trials.push(pool.prepare(draft.symbol.number));
        continue;
      }
      const prepared = await draft.flat.kind.prepare!(this.#contextOf(draft));
      draft.symbol.node = prepared.node;
      unit.prepared.push(prepared);
    }
    await Promise.all(trials);
  }

  #contextOf({ symbol, flat, origin }: Draft): HostContext {
    const { flow, processes, logger, sockets, system, host, dev } = this.#options;
    const fields = (process: Process | undefined) => ({
      node: symbol.name,
      ...process !== undefined && { process: processes.idOf(process) },
    });
    return {
      symbol,
      fields: flat.fields,
      flow,
      sockets,
      system,
      host,
      dev,
      position: (path: Path, offset?: number) =>
        origin === undefined ? undefined : formatPosition(positionIn(origin, path, offset)),
      log: (level: LogLevel, message: string, process?: Process) => logger.log(level, message, fields(process)),
      open: (timeout) => processes.open(timeout),
      idOf: (process) => processes.idOf(process),
      failed: (process, error) => logger.failure(error, fields(process)),
    };
  }

  /**
   * The load and unload hooks of a change, one after another. To be called before the generation is the newest: what is
   * unloaded says term in the one before.
   */
  #hooks({ load, unload, term }: Commit): () => Promise<void> {
    const termProcesses = new Map([...term].map(([unit, ports]) => [unit, { ports, process: this.#open(ports) }]));
    return async () => {
      for (const unit of load) await this.#load(unit);
      for (const unit of unload) await this.#unload(unit, termProcesses.get(unit));
    };
  }

  /**
   * Runs hooks once those of earlier changes have ended, and waits for a time: they go on behind, and what was saved is
   * in force whatever they do.
   */
  async #inTime(run: () => Promise<void>): Promise<void> {
    const hooks = this.#hooked = this.#hooked.then(run);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<true>((resolve) => timer = setTimeout(() => resolve(true), HOOKS));
    if (await Promise.race([hooks, late])) {
      this.#options.logger.log("warn", `init and term have taken ${HOOKS} ms and are not waited for`);
    }
    clearTimeout(timer);
  }

  async #load(unit: Unit): Promise<void> {
    const ports = this.table.init(unit);
    await this.#send(unit, "init", ports, this.#open(ports));
    for (const { symbol } of unit.nodes.toReversed()) {
      await this.#guarded(unit, "cannot be loaded", () => symbol.node.load?.());
    }
  }

  async #unload(unit: Unit, term?: { ports: readonly InPort[]; process: Process | undefined }): Promise<void> {
    for (const { symbol } of unit.nodes) {
      await this.#guarded(unit, "cannot be unloaded", () => symbol.node.unload?.());
    }
    if (term !== undefined) await this.#send(unit, "term", term.ports, term.process);
  }

  /** A process for `init` or `term`; undefined if there is nothing to send to, or there are too many. */
  #open(ports: readonly InPort[]): Process | undefined {
    return ports.length === 0 ? undefined : this.#options.processes.open();
  }

  /** Sends the spec to what its `init` or `term` links lead to. */
  async #send(unit: Unit, name: "init" | "term", ports: readonly InPort[], process?: Process): Promise<void> {
    if (ports.length === 0) return;
    const { flow } = this.#options;
    await this.#guarded(unit, `${name} failed`, async () => {
      if (process === undefined) throw failure("there are too many processes");
      const payload: Value = {
        ...unit.spec.fields,
        kind: unit.spec.kind,
        id: unit.spec.id,
        name: unit.spec.name ?? null,
      };
      const answers = ports.map((port) =>
        new Promise<void>((resolve, reject) => {
          const answered = (_: unknown, answer: unknown) => answer instanceof Error ? reject(answer) : resolve();
          flow.start(process, port, payload, { answered });
        })
      );
      try {
        await Promise.all(answers);
        flow.close(process);
      } catch (thrown) {
        flow.close(process, asError(thrown));
        throw thrown;
      }
    });
  }

  async #guarded(unit: Unit, what: string, work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      const name = unit.spec.name ?? unit.spec.id;
      this.#options.logger.failure(failure(`${name} ${what}`, { cause: asError(thrown) }), { node: name });
    }
  }

  async #release(unit: CompiledUnit): Promise<void> {
    this.#options.pool.free(unit.drafts.map(({ symbol }) => symbol.number));
    await this.#letGo(unit);
  }

  /** Undoes what preparing nodes of the host did. */
  async #letGo(unit: CompiledUnit): Promise<void> {
    for (const prepared of unit.prepared.splice(0)) {
      await this.#guarded(unit, "cannot be released", () => prepared.release?.());
    }
  }
}

function* chunks<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += CHUNK) yield list.slice(at, at + CHUNK);
}

function isPure({ kind, fields }: FlatSpec): boolean {
  return typeof kind.pure === "function" ? kind.pure(fields) : kind.pure ?? false;
}

function idOf(entry: Entry): string {
  return (entry.data as { id: string }).id;
}

/** A reason to refuse a spec, with its name and place in front and `invalid argument` behind. */
function located(thrown: unknown, spec: Spec): Error {
  const error = asError(thrown);
  if (error.code === "invalid") return error;
  const where = error.position ?? spec.name ?? spec.id;
  const cause = failure(error.message, { cause: failure("invalid argument") });
  return failure(`${where}: ${error.message}`, { code: "invalid", cause });
}
