import type { Commit, Flow, InPort, Process, SymbolTable, Unit } from "../flow/mod.ts";
import { asError, failure, TIMED_OUT, type Value, within } from "../value/mod.ts";
import type { Logger } from "./log/mod.ts";
import type { Processes } from "./processes.ts";

/** How long a change waits at most for load hooks, unload hooks, `init` and `term`, in milliseconds. */
const PATIENCE = 5_000;

/** Options of a lifecycle. */
export interface LifecycleOptions {
  flow: Flow;
  processes: Processes;
  table: SymbolTable;
  logger: Logger;
  /** How long one hook may take, in milliseconds. What takes longer is not waited for, and a change not for half of it. */
  timeout: number;
}

/** The in ports that a unit's `term` links lead to, and the process for the packets. */
interface Term {
  readonly ports: readonly InPort[];
  readonly process: Process | undefined;
}

/**
 * Runs the load and unload hooks of nodes, and sends packets along the `init` and `term` links of specs. Changes run one
 * after another, their units in the order of the commit.
 */
export class Lifecycle {
  readonly #options: LifecycleOptions;
  /** Settles when the hooks of all changes so far have ended. */
  #settled = Promise.resolve();
  /** Settle when the unload hooks of a unit have ended. */
  readonly #unloading = new WeakMap<Unit, Promise<void>>();

  constructor(options: LifecycleOptions) {
    this.#options = options;
  }

  /**
   * Returns a function that runs the hooks of a change. Call this before the generation of the change becomes the newest,
   * because the processes for `term` belong to the generation before.
   */
  hooks({ load, unload, term }: Commit): () => Promise<void> {
    for (const unit of unload) this.#retire(unit);
    const terms = new Map([...term].map(([unit, ports]) => [unit, { ports, process: this.#open(ports) }]));
    const ended = unload.map((unit) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#unloading.set(unit, promise);
      return resolve;
    });
    return async () => {
      for (const unit of load) await this.#load(unit);
      for (const [index, unit] of unload.entries()) {
        await this.#unload(unit, terms.get(unit));
        ended[index]!();
      }
    };
  }

  /**
   * Runs hooks once those of earlier changes have ended. Waits for them only for a limited time: they continue in the
   * background, and the change is in force whatever they do.
   */
  async run(hooks: () => Promise<void>): Promise<void> {
    const settled = this.#settled = this.#settled.then(hooks);
    const patience = Math.min(PATIENCE, this.#options.timeout / 2);
    if (await within(patience, settled) === TIMED_OUT) {
      this.#options.logger.log("warn", `init and term are still running after ${patience} ms; continuing without them`);
    }
  }

  /** Resolves when the unload hooks of a unit have ended, or each has taken too long. */
  async unloaded(unit: Unit): Promise<void> {
    await this.#unloading.get(unit);
  }

  async #load(unit: Unit): Promise<void> {
    const ports = this.#options.table.init(unit);
    await this.#send(unit, "init", ports, this.#open(ports));
    for (const { symbol } of unit.nodes.toReversed()) {
      await this.#logged(unit, "failed to load", () => symbol.node.load?.());
    }
  }

  /** Unloads a unit's nodes in the reverse order of their load. */
  async #unload(unit: Unit, term: Term | undefined): Promise<void> {
    for (const { symbol } of unit.nodes) {
      await this.#logged(unit, "failed to unload", () => symbol.node.unload?.());
    }
    if (term !== undefined) await this.#send(unit, "term", term.ports, term.process);
  }

  /** Tells a unit's nodes that they are about to be unloaded. A change does not fail by that. */
  #retire(unit: Unit): void {
    for (const { symbol } of unit.nodes) {
      try {
        symbol.node.retire?.();
      } catch (thrown) {
        this.#failed(unit, "failed to retire", thrown);
      }
    }
  }

  /** Opens a process for `init` or `term`. @returns Undefined without ports, or if too many processes are open. */
  #open(ports: readonly InPort[]): Process | undefined {
    return ports.length === 0 ? undefined : this.#options.processes.open();
  }

  /** Sends the fields of the spec along its `init` or `term` links. */
  async #send(unit: Unit, name: "init" | "term", ports: readonly InPort[], process?: Process): Promise<void> {
    if (ports.length === 0) return;
    const { flow } = this.#options;
    await this.#logged(unit, `${name} failed`, async () => {
      if (process === undefined) throw failure("too many processes are open");
      const { fields, kind, id, name: specName = null } = unit.spec;
      const payload: Value = { ...fields, kind, id, name: specName };
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

  /** Runs a hook and logs the error that it throws, or that it does not end in time: the next one does not wait for it. */
  async #logged(unit: Unit, what: string, hook: () => void | Promise<void>): Promise<void> {
    const { timeout } = this.#options;
    try {
      const hooked = hook();
      if (hooked !== undefined && await within(timeout, hooked) === TIMED_OUT) {
        hooked.catch(() => {});
        throw failure(`it did not end within ${timeout / 1_000} s`, { code: "timeout" });
      }
    } catch (thrown) {
      this.#failed(unit, what, thrown);
    }
  }

  #failed(unit: Unit, what: string, thrown: unknown): void {
    const name = unit.spec.name ?? unit.spec.id;
    this.#options.logger.failure(failure(`${name} ${what}`, { cause: asError(thrown) }), { node: name });
  }
}
