import type { Compiler } from "../compiler/mod.ts";
import { SymbolTable, type Unit } from "../flow/mod.ts";
import type { Kind } from "../kind/mod.ts";
import type { Entry, Handler, HandlerContext, Operation, Registry, TransactionInfo } from "../registry/mod.ts";
import type { Evaluate, Scheme, Spec } from "../spec/mod.ts";
import type { Failure } from "../value/mod.ts";
import type { CompiledUnit } from "./compile.ts";
import { isNode } from "./entry.ts";
import type { HostServices } from "./host_context.ts";
import { Lifecycle } from "./lifecycle.ts";
import { numbersOf, Preparer } from "./preparer.ts";
import type { NodePool } from "./surroundings.ts";
import { Stage } from "./stage.ts";
import { Yielder } from "./yielder.ts";

/** Options of a loader. */
export interface LoaderOptions extends HostServices {
  /** The namespace that the runtime runs. Entries of others are not looked at. */
  namespace: string;
  scheme: Scheme<Kind>;
  /** Parses the code in specs. */
  compiler: Compiler;
  pool: NodePool;
  /** Evaluates templates with the runtime's variables. */
  evaluate: Evaluate;
  /** The variables that kinds may ask for. */
  env: Readonly<Record<string, string>>;
  /** The entries of the registry, as they were before the change that is being prepared. */
  registry: Pick<Registry, "get" | "namespace">;
  /** How long a load or unload hook of a node may take, in milliseconds. */
  timeout: number;
}

/** How long a rejected change waits at most for what it still prepares and releases, in milliseconds. */
const DISCARD = 5_000;

/** How many symbols or links are sent to executors at a time. */
const CHUNK = 50;

/**
 * The registry's handler for node kinds: prepares the specs of a transaction, which may fail, and on commit makes them the
 * newest generation of the symbol table.
 */
export class Loader implements Handler {
  readonly name = "the loader";
  readonly kinds = "**";
  readonly table: SymbolTable = new SymbolTable();
  readonly #options: LoaderOptions;
  readonly #yielder = new Yielder();
  readonly #preparer: Preparer;
  readonly #lifecycle: Lifecycle;
  #stage: Stage | undefined;
  /** What the operations of the transaction leave of the entries of the namespace, by name: an entry, or none. */
  #changed: ReadonlyMap<string, Entry | undefined> = new Map();
  /** The names of the entries that were prepared again because of others. */
  #prepared = new Set<string>();
  /** Undoes `markReplaced` of the sockets. */
  #unmark = () => {};

  constructor(options: LoaderOptions) {
    const { flow, processes, logger, timeout } = this.#options = options;
    this.#preparer = new Preparer({
      ...options,
      services: options,
      entries: {
        get: (name) => this.#entry(name),
        names: (kind) =>
          [...options.registry.namespace(options.namespace), ...this.#changed.values()]
            .flatMap((entry) => entry?.kind === kind ? entry.id.name : []),
      },
    });
    this.#lifecycle = new Lifecycle({ flow, processes, logger, timeout, table: this.table });
  }

  /** Returns the specs that some kinds make nodes of, themselves or as parts of a compound. */
  specsOf(kinds: Iterable<Kind>): Spec[] {
    const names = new Set([...kinds].flatMap(({ name, aliases = [] }) => [name, ...aliases]));
    return [...this.table.units()].flatMap(({ unit }) => {
      const { spec, drafts } = unit as CompiledUnit;
      return names.has(spec.kind) || drafts.some(({ flat }) => names.has(flat.kind.name)) ? [spec] : [];
    });
  }

  /** The known kinds. */
  get scheme(): Scheme<Kind> {
    return this.#options.scheme;
  }

  /** Whether specs are checked, and their top levels run, before a version is accepted. Default true. */
  set dryRun(on: boolean) {
    this.#preparer.dryRun = on;
  }

  async begin({ operations }: TransactionInfo): Promise<void> {
    this.#prepared = new Set();
    this.#changed = new Map(
      operations.filter(({ id }) => id.namespace === this.#options.namespace).map((operation) => [
        operation.id.name,
        operation.kind === "delete" ? undefined : operation.entry,
      ]),
    );
    this.#unmark = await this.#options.sockets.markReplaced(this.#replaced(operations));
    const entries = operations.flatMap((operation) => operation.kind === "delete" ? [] : [operation.entry]);
    this.#stage = new Stage(this.#preparer, entries, () => this.#yielder.yieldIfDue());
  }

  // an undone operation was only staged: it is either staged again, or the stage is discarded

  async create(entry: Entry, { undo }: HandlerContext): Promise<void> {
    if (undo) return;
    await this.#stage!.put(entry);
    await this.#prepareUsers(entry);
  }

  async update(entry: Entry, _: Entry, { undo }: HandlerContext): Promise<void> {
    if (undo) return;
    await this.#stage!.put(entry);
    await this.#prepareUsers(entry);
  }

  async delete(original: Entry, { undo }: HandlerContext): Promise<void> {
    if (undo || original.id.namespace !== this.#options.namespace) return;
    if (isNode(original)) this.#stage!.remove(idOf(original));
    else await this.#prepareUsers(original);
  }

  /** Prepares again, once, what was prepared with an entry, unless it is changed itself. */
  async #prepareUsers(changed: Entry): Promise<void> {
    const { id } = changed;
    const { namespace, registry } = this.#options;
    if (isNode(changed) || id.namespace !== namespace) return;
    for (const { unit } of this.table.units()) {
      const { spec, uses } = unit as CompiledUnit;
      const name = spec.name ?? spec.id;
      if (!uses.has(id.name) || this.#changed.has(name) || this.#prepared.has(name)) continue;
      this.#prepared.add(name);
      const entry = registry.get({ namespace, name });
      if (entry !== undefined) await this.#stage!.put(entry);
    }
  }

  /** Returns the entry of a name as the transaction leaves it. */
  #entry(name: string): Entry | undefined {
    if (this.#changed.has(name)) return this.#changed.get(name);
    const { namespace, registry } = this.#options;
    return registry.get({ namespace, name });
  }

  /** Makes the staged change the newest generation. Cannot fail. */
  async commit(): Promise<void> {
    const stage = this.#stage!;
    this.#stage = undefined;
    this.#changed = new Map();
    if (stage.empty) return;
    const { pool, processes, sockets, logger } = this.#options;
    const pause = () => this.#yielder.yieldIfDue();
    const commit = await this.table.commit(stage.change, pause);
    for (const { from, port, to } of commit.dangling) {
      const target = `${to.target}.${to.port}`;
      logger.log("warn", `${from} is not active: its port ${port} is linked to ${target}, which does not exist`);
    }
    for (const relinked of chunks(commit.relinked)) {
      await pause();
      pool.link(relinked, commit.generation, processes.oldest);
    }
    const hooks = this.#lifecycle.hooks(commit);
    processes.advance(commit.generation, commit.retired);
    for (const { port } of commit.relinked) port.forget(processes.oldest);
    await this.#lifecycle.run(hooks);
    await sockets.finishSwap();
  }

  /** Releases everything that was prepared. */
  async discard(cause: Failure): Promise<void> {
    this.#unmark();
    const stage = this.#stage;
    this.#stage = undefined;
    this.#changed = new Map();
    await stage?.discard(Math.min(DISCARD, this.#options.timeout / 2), cause.code === "timeout");
  }

  /** Releases units that no process can reach any more. */
  free(units: readonly Unit[]): void {
    void this.#free(units as readonly CompiledUnit[]);
  }

  /** Unloads and releases every node, outermost first. */
  async close(): Promise<void> {
    const ids = [...this.table.units()].map(({ unit }) => unit.spec.id);
    const commit = await this.table.commit({ insert: [], remove: ids });
    await this.#lifecycle.run(this.#lifecycle.hooks(commit));
    for (const unit of commit.retired) await this.#preparer.release(unit as CompiledUnit);
  }

  async #free(units: readonly CompiledUnit[]): Promise<void> {
    for (const chunk of chunks(units)) {
      await this.#yielder.yieldIfDue();
      this.#options.pool.free(chunk.flatMap(numbersOf));
      await Promise.all(chunk.map(async (unit) => {
        await this.#lifecycle.unloaded(unit);
        await this.#preparer.releaseNodes(unit);
      }));
    }
  }

  /** Returns the ids of the symbols that a transaction removes or replaces. */
  #replaced(operations: readonly Operation[]): Set<string> {
    const symbols = operations.flatMap((operation) => {
      if (operation.kind === "create" || operation.id.namespace !== this.#options.namespace) return [];
      if (!isNode(operation.original)) return [];
      return this.table.get(idOf(operation.original))?.nodes ?? [];
    });
    return new Set(symbols.map(({ symbol }) => symbol.id));
  }
}

function* chunks<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += CHUNK) yield list.slice(at, at + CHUNK);
}

function idOf(entry: Entry): string {
  return (entry.data as { id: string }).id;
}
