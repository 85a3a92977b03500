import { asError, joinErrors, TIMED_OUT, within } from "../../value/mod.ts";
import { isNotFound, RegistryError, UndoError } from "../errors.ts";
import type { Id } from "../id.ts";
import { inverse, kindOfEntry, type Operation } from "../operation.ts";
import type { Bus, Patience, Subscriber } from "./bus.ts";
import type { EntryEvent, TransactionEvent, TransactionInfo } from "./event.ts";

/** Options of a transaction. */
export interface TransactionOptions {
  readonly bus: Bus;
  /** How long each answer may take, in milliseconds. */
  readonly timeout: number;
  /** Cancels the transaction, until it is saved. */
  readonly signal?: AbortSignal | undefined;
  /** Reports whether handlers are not asked about an operation. */
  readonly isSilent: (operation: Operation) => boolean;
  /** Saves the result, once everything was accepted. */
  readonly save: () => Promise<void>;
  /** Reverts the save, if a participant then fails to commit. */
  readonly unsave: () => Promise<void>;
  /** Called when participants take longer to commit than they may. It is too late to undo anything. */
  readonly late: (commit: LateCommit) => void;
}

/** The commit of participants that take longer than they may. */
export interface LateCommit {
  /** The names of the participants. */
  readonly by: readonly string[];
  /** Resolves when all of them have ended, to what went wrong, if anything did. */
  readonly ended: Promise<Error | undefined>;
}

/** An operation with the subscribers that have accepted it. */
interface Accepted {
  readonly operation: Operation;
  readonly by: readonly Subscriber[];
}

/** A set of operations that the handlers carry out completely or not at all. */
export class Transaction {
  readonly #info: TransactionInfo;
  readonly #options: TransactionOptions;
  /** Limits of the wait while operations are undone, which the signal does not cut short. */
  readonly #undoing: Patience;
  readonly #accepted: Accepted[] = [];
  /** Participants that have not begun, and do not get the commit or discard. */
  readonly #absent = new Set<Subscriber>();
  /** The operations that could not be undone, in order. */
  #left: Operation[] = [];
  readonly #undoErrors: Error[] = [];
  #saved = false;

  constructor(info: TransactionInfo, options: TransactionOptions) {
    this.#info = info;
    this.#options = options;
    this.#undoing = { timeout: options.timeout };
  }

  /**
   * Runs the transaction.
   *
   * @throws {RegistryError} Why it failed, after everything was undone.
   * @throws {UndoError} If something could not be undone.
   */
  async run(): Promise<void> {
    this.#checkHandlers();
    try {
      await this.#acknowledge({ kind: "registry.begin", transaction: this.#info }, this.#options);
      await this.#carryOut();
      this.#checkCanceled();
      await this.#options.save();
      this.#saved = true;
      await this.#commit();
    } catch (cause) {
      await this.#fail(asError(cause));
    }
  }

  #checkHandlers(): void {
    for (const operation of this.#info.operations) {
      const kind = kindOfEntry(operation);
      if (this.#options.isSilent(operation) || this.#options.bus.answering(kind).length > 0) continue;
      throw new RegistryError("invalid", `${operation.id}: no handler for entries of kind ${kind}`, {
        details: { id: operation.id.text, kind },
      });
    }
  }

  #checkCanceled(): void {
    if (this.#options.signal?.aborted) {
      throw new RegistryError("canceled", "the transaction was canceled", { cause: this.#options.signal.reason });
    }
  }

  /** Carries out every operation. Those that miss something are tried again for as long as any of them is accepted. */
  async #carryOut(): Promise<void> {
    let pending = this.#info.operations;
    while (pending.length > 0) {
      const deferred: Operation[] = [];
      const waiting = new Set<Id>();
      let missing: unknown;
      for (const operation of pending) {
        try {
          // Operations on the same entry stay in order: none overtakes one that was deferred.
          if (!waiting.has(operation.id)) {
            await this.#dispatch(operation);
            continue;
          }
        } catch (error) {
          if (!isRejection(error) || !isNotFound(error) || this.#left.length > 0) throw error;
          missing = error;
        }
        waiting.add(operation.id);
        deferred.push(operation);
      }
      if (deferred.length === pending.length) throw unresolved(deferred, missing);
      pending = deferred;
    }
  }

  /** Asks every subscriber for the kind, one after another; if one rejects, the others undo the operation. */
  async #dispatch(operation: Operation): Promise<void> {
    const { bus, isSilent } = this.#options;
    const by: Subscriber[] = [];
    if (!isSilent(operation)) {
      this.#checkCanceled();
      const event = this.#publish(operation, false);
      for (const subscriber of bus.answering(kindOfEntry(operation))) {
        try {
          await bus.ask(subscriber, event, this.#options);
        } catch (error) {
          if (!await this.#undoOne({ operation, by })) this.#left.push(operation);
          throw error;
        }
        by.push(subscriber);
      }
    }
    this.#accepted.push({ operation, by });
  }

  #publish(operation: Operation, undo: boolean): EntryEvent {
    const event: EntryEvent = { kind: `entry.${operation.kind}`, transaction: this.#info, operation, undo };
    this.#options.bus.publish(event);
    return event;
  }

  /** Asks the subscribers that accepted an operation for its inverse, the last one first. Returns whether all did. */
  async #undoOne({ operation, by }: Accepted): Promise<boolean> {
    if (by.length === 0) return true;
    const event = this.#publish(inverse(operation), true);
    let done = true;
    for (const subscriber of by.toReversed()) {
      try {
        await this.#options.bus.ask(subscriber, event, this.#undoing);
      } catch (error) {
        this.#undoErrors.push(asError(error));
        done = false;
      }
    }
    return done;
  }

  async #fail(cause: Error): Promise<never> {
    const stuck = new Set<Id>(this.#left.map(({ id }) => id));
    for (const accepted of this.#accepted.toReversed()) {
      const { operation } = accepted;
      // An operation can be undone only after those that followed it on the same entry.
      if (!stuck.has(operation.id) && await this.#undoOne(accepted)) continue;
      stuck.add(operation.id);
      this.#left.unshift(operation);
    }
    try {
      await this.#acknowledge({ kind: "registry.discard", transaction: this.#info, cause }, this.#undoing);
    } catch (error) {
      this.#undoErrors.push(asError(error));
    }
    if (this.#saved) {
      try {
        await this.#options.unsave();
      } catch (error) {
        this.#undoErrors.push(asError(error));
      }
    }
    throw this.#undoErrors.length === 0 ? cause : new UndoError(cause, this.#left, this.#undoErrors);
  }

  /**
   * Has all participants commit at the same time. One that takes too long may have put in force a part of what is saved,
   * so that it is no longer undone.
   */
  async #commit(): Promise<void> {
    const { bus, timeout, late } = this.#options;
    const event: TransactionEvent = { kind: "registry.commit", transaction: this.#info };
    bus.publish(event);
    const pending = new Set(this.#participants(event));
    const errors: Error[] = [];
    const ended = Promise.all(Array.from(pending, async (participant) => {
      try {
        await bus.ask(participant, event, { timeout: Infinity });
      } catch (error) {
        errors.push(asError(error));
      }
      pending.delete(participant);
    }));
    const isLate = await within(timeout, ended) === TIMED_OUT;
    const error = joined(errors);
    if (error !== undefined) throw error;
    if (isLate) late({ by: Array.from(pending, ({ name }) => name), ended: ended.then(() => joined(errors)) });
  }

  #participants(event: TransactionEvent): Subscriber[] {
    return this.#options.bus.acknowledging(event.kind).filter((participant) => !this.#absent.has(participant));
  }

  /** Asks all participants at the same time. */
  async #acknowledge(event: TransactionEvent, patience: Patience): Promise<void> {
    const { bus } = this.#options;
    bus.publish(event);
    const errors: Error[] = [];
    await Promise.all(
      this.#participants(event).map(async (participant) => {
        const asked = !patience.signal?.aborted;
        try {
          await bus.ask(participant, event, patience);
        } catch (error) {
          errors.push(asError(error));
          if (event.kind !== "registry.begin") return;
          // A participant that was asked and has not answered may still begin.
          if (!asked || isRejection(error)) this.#absent.add(participant);
        }
      }),
    );
    const error = joined(errors);
    if (error !== undefined) throw error;
  }
}

function joined(errors: readonly Error[]): Error | undefined {
  if (errors.length <= 1) return errors[0];
  return new RegistryError("rejected", "several participants rejected the transaction", { cause: joinErrors(errors) });
}

/** Reports whether an error is the rejection of a subscriber, and not the end of a wait. */
function isRejection(error: unknown): boolean {
  return error instanceof RegistryError && error.code === "rejected";
}

function unresolved(operations: readonly Operation[], cause: unknown): RegistryError {
  const ids = [...new Set(operations.map(({ id }) => id.text))];
  return new RegistryError("not_found", `missing dependencies of ${ids.join(", ")}`, {
    cause,
    details: { unresolved: ids },
  });
}
