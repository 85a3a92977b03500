import { AsyncLocalStorage } from "node:async_hooks";
import { reasonOf, TIMED_OUT, within } from "../../value/mod.ts";
import type { DependencyIndex } from "../dependencies/dependency_index.ts";
import { RegistryError, UndoError } from "../errors.ts";
import { kindOfEntry, type Operation } from "../operation.ts";
import { changesNothing } from "../plan.ts";
import { State } from "../state/state.ts";
import type { Version } from "../version.ts";
import { BEGINNING, type Checkpoint, type Plan } from "../version_navigator.ts";
import type { Bus } from "./bus.ts";
import type { TransactionReason } from "./event.ts";
import { Lock } from "./lock.ts";
import { type LateCommit, Transaction, type TransactionOptions } from "./transaction.ts";

/** Options of transitions. */
export interface TransitionOptions {
  /** How long each answer may take, in milliseconds. */
  readonly timeout: number;
  /** Whether handlers are not asked about anything. */
  readonly silent: boolean;
  /** The kinds of entries that handlers are not asked about. */
  readonly silentKinds: ReadonlySet<string>;
  readonly warn: (message: string) => void;
}

/** How one transition is saved. */
export interface Saving {
  readonly signal?: AbortSignal | undefined;
  /** Called when everything was accepted. Returns the new version, if it was not known before. */
  readonly save?: () => Promise<Version | void>;
  /** Called when a participant fails to commit what was saved. */
  readonly unsave?: () => Promise<unknown>;
}

/** The state of a registry, which changes by one transition at a time, each completely or not at all. */
export class Transitions {
  readonly #bus: Bus;
  readonly #index: DependencyIndex;
  readonly #options: TransitionOptions;
  readonly #lock = new Lock();
  /** Set in everything that a transition calls, which must not start another one. */
  readonly #inside = new AsyncLocalStorage<{ open: boolean }>();
  #state = State.empty;
  #version = BEGINNING;
  #outOfStep: UndoError | undefined;
  /** Participants that have not ended the commit of the transition before. */
  #late: { readonly by: string; readonly version: number; readonly ended: Promise<void> } | undefined;
  #count = 0;

  constructor(bus: Bus, index: DependencyIndex, options: TransitionOptions) {
    this.#bus = bus;
    this.#index = index;
    this.#options = options;
  }

  get state(): State {
    return this.#state;
  }

  get version(): Version {
    return this.#version;
  }

  /** Where the plan of a transition begins. */
  get checkpoint(): Checkpoint {
    return { state: this.#state, version: this.#outOfStep === undefined ? this.#version.id : undefined };
  }

  /** Checks that the state is that of the version. @throws {RegistryError} `unavailable`, if it is not. */
  checkInStep(): void {
    if (this.#outOfStep === undefined) return;
    throw new RegistryError(
      "unavailable",
      `the registry is out of step with v${this.#version.id}: load a version first`,
      {
        cause: this.#outOfStep,
      },
    );
  }

  /**
   * Runs a function while no other transition is under way.
   *
   * @throws {RegistryError} `invalid`, from inside a transition; `canceled`, if the signal is aborted before.
   */
  alone<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#inside.getStore()?.open) {
      return Promise.reject(new RegistryError("invalid", "a handler cannot change the registry during a transaction"));
    }
    return this.#lock.run(signal, work);
  }

  /**
   * Carries out a plan. Returns the version that is reached.
   *
   * @throws {RegistryError} Why it failed, after everything was undone.
   * @throws {UndoError} If something could not be undone.
   */
  async make(reason: TransactionReason, plan: Plan, { signal, save, unsave }: Saving): Promise<Version> {
    let reached = plan.version;
    const saved = async () => {
      reached = await save?.() ?? reached;
    };
    if (this.#options.silent) {
      if (signal?.aborted) throw new RegistryError("canceled", "the change was canceled", { cause: signal.reason });
      await saved();
    } else {
      await this.#lateEnded();
      const late = (commit: LateCommit) => this.#commitsLate(commit, reached.id);
      await this.#transact(reason, plan, { signal, save: saved, unsave: async () => void await unsave?.(), late });
    }
    this.#set(plan.state, plan.operations);
    this.#version = reached;
    this.#outOfStep = undefined;
    return reached;
  }

  async #transact(
    reason: TransactionReason,
    { version, operations }: Plan,
    how: Pick<TransactionOptions, "signal" | "save" | "unsave" | "late">,
  ): Promise<void> {
    const transaction = new Transaction({
      id: ++this.#count,
      reason,
      from: this.#version.id,
      ...(reason === "apply" ? {} : { to: version.id }),
      operations,
    }, {
      bus: this.#bus,
      timeout: this.#options.timeout,
      isSilent: (operation) => this.#isSilent(operation, reason),
      ...how,
    });
    const inside = { open: true };
    try {
      await this.#inside.run(inside, () => transaction.run());
    } catch (error) {
      if (error instanceof UndoError && error.left.length > 0) {
        this.#set(this.#state.apply(error.left), error.left);
        this.#outOfStep = error;
      }
      throw error;
    } finally {
      inside.open = false;
    }
  }

  #commitsLate({ by: names, ended }: LateCommit, version: number): void {
    const { timeout, warn } = this.#options;
    const by = names.join(", ");
    warn(`${by} did not end the commit of v${version} within ${timeout / 1000} s; it stays in force`);
    this.#late = {
      by,
      version,
      ended: ended.then((error) => {
        this.#late = undefined;
        if (error !== undefined) warn(`v${version} stays in force, though its commit failed: ${reasonOf(error)}`);
      }),
    };
  }

  /** Waits for participants that still commit what was before. @throws {RegistryError} `timeout`, if they do not end. */
  async #lateEnded(): Promise<void> {
    if (this.#late === undefined) return;
    const { by, version, ended } = this.#late;
    const { timeout } = this.#options;
    if (await within(timeout, ended) !== TIMED_OUT) return;
    throw new RegistryError("timeout", `${by} has not ended the commit of v${version} yet`, { details: { timeout } });
  }

  #isSilent(operation: Operation, reason: TransactionReason): boolean {
    if (this.#options.silentKinds.has(kindOfEntry(operation))) return true;
    return reason !== "refresh" && changesNothing(operation);
  }

  #set(state: State, operations: readonly Operation[]): void {
    this.#state = state;
    this.#index.follow(state, operations);
  }
}
