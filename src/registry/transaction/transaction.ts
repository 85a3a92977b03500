import { asError, joinErrors } from "../../value/mod.ts";
import { isNotFound, RegistryError, UndoError } from "../errors.ts";
import type { Id } from "../id.ts";
import { inverse, kindOfEntry, type Operation } from "../operation.ts";
import type { Bus, Patience, Subscriber } from "./bus.ts";
import type { EntryEvent, TransactionEvent, TransactionInfo } from "./event.ts";

/** How a transaction is carried out. */
export interface TransactionOptions {
  readonly bus: Bus;
  /** How long each answer may take, in milliseconds. */
  readonly timeout: number;
  /** Cancels the transaction, until it is saved. */
  readonly signal?: AbortSignal | undefined;
  /** Whether nobody is asked about an operation. */
  readonly isSilent: (operation: Operation) => boolean;
  /** Makes the outcome last, once everything was accepted. */
  readonly save: () => Promise<void>;
  /** Takes the save back, if a participant then fails to commit. */
  readonly unsave: () => Promise<void>;
}

/** Some subscribers have accepted an operation. */
interface Accepted {
  readonly operation: Operation;
  readonly by: readonly Subscriber[];
}

/** One transition of the handlers from what they hold to something else, whole or not at all. */
export class Transaction {
  readonly #info: TransactionInfo;
  readonly #options: TransactionOptions;
  /** Answers while things are being undone are not cut short by the signal. */
  readonly #undoing: Patience;
  readonly #accepted: Accepted[] = [];
  /** Who has not begun, and is not told of the end. */
  readonly #absent = new Set<Subscriber>();
  /** What is in force and cannot be taken back, in order, and why. */
  #left: Operation[] = [];
  readonly #undoErrors: Error[] = [];
  #saved = false;

  constructor(info: TransactionInfo, options: TransactionOptions) {
    this.#info = info;
    this.#options = options;
    this.#undoing = { timeout: options.timeout };
  }

  /**
   * Carries it out.
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
      await this.#acknowledge({ kind: "registry.commit", transaction: this.#info }, this.#undoing);
    } catch (cause) {
      await this.#undo(asError(cause));
    }
  }

  #checkHandlers(): void {
    for (const operation of this.#info.operations) {
      const kind = kindOfEntry(operation);
      if (this.#options.isSilent(operation) || this.#options.bus.answering(kind).length > 0) continue;
      throw new RegistryError("invalid", `${operation.id}: there is no handler for entries of kind ${kind}`, {
        details: { id: operation.id.text, kind },
      });
    }
  }

  #checkCanceled(): void {
    if (this.#options.signal?.aborted) {
      throw new RegistryError("canceled", "the transaction was canceled", { cause: this.#options.signal.reason });
    }
  }

  /** Every operation; those that miss something again and again, for as long as that gets some of them accepted. */
  async #carryOut(): Promise<void> {
    let pending = this.#info.operations;
    while (pending.length > 0) {
      const deferred: Operation[] = [];
      const waiting = new Set<Id>();
      let missing: unknown;
      for (const operation of pending) {
        try {
          // What is to be done to an entry is done in order: nothing overtakes an operation that was deferred.
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

  /** Asks everyone who answers for the kind, one after another; if one refuses, the others take it back. */
  async #dispatch(operation: Operation): Promise<void> {
    const { bus, isSilent } = this.#options;
    const by: Subscriber[] = [];
    if (!isSilent(operation)) {
      this.#checkCanceled();
      const event = this.#show(operation, false);
      for (const subscriber of bus.answering(kindOfEntry(operation))) {
        try {
          await bus.ask(subscriber, event, this.#options);
        } catch (error) {
          if (!await this.#takeBack({ operation, by })) this.#left.push(operation);
          throw error;
        }
        by.push(subscriber);
      }
    }
    this.#accepted.push({ operation, by });
  }

  #show(operation: Operation, undo: boolean): EntryEvent {
    const event: EntryEvent = { kind: `entry.${operation.kind}`, transaction: this.#info, operation, undo };
    this.#options.bus.publish(event);
    return event;
  }

  /** Asks those who accepted an operation for the opposite, the last first. Whether all did it. */
  async #takeBack({ operation, by }: Accepted): Promise<boolean> {
    if (by.length === 0) return true;
    const event = this.#show(inverse(operation), true);
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

  async #undo(cause: Error): Promise<never> {
    const stuck = new Set<Id>(this.#left.map(({ id }) => id));
    for (const accepted of this.#accepted.toReversed()) {
      const { operation } = accepted;
      // An operation can be taken back only after those that followed it on the same entry.
      if (!stuck.has(operation.id) && await this.#takeBack(accepted)) continue;
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

  /** Tells every participant, all at once. */
  async #acknowledge(event: TransactionEvent, patience: Patience): Promise<void> {
    const { bus } = this.#options;
    bus.publish(event);
    const participants = bus.acknowledging(event.kind).filter((participant) => !this.#absent.has(participant));
    const errors: Error[] = [];
    await Promise.all(participants.map(async (participant) => {
      const asked = !patience.signal?.aborted;
      try {
        await bus.ask(participant, event, patience);
      } catch (error) {
        errors.push(asError(error));
        if (event.kind !== "registry.begin") return;
        // Who was asked and has not answered may yet begin.
        if (!asked || isRejection(error)) this.#absent.add(participant);
      }
    }));
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) {
      throw new RegistryError("rejected", "several participants refused", { cause: joinErrors(errors) });
    }
  }
}

/** Whether somebody refused, which is not the same as an answer that was not waited for. */
function isRejection(error: unknown): boolean {
  return error instanceof RegistryError && error.code === "rejected";
}

function unresolved(operations: readonly Operation[], cause: unknown): RegistryError {
  const ids = [...new Set(operations.map(({ id }) => id.text))];
  return new RegistryError("not_found", `something is missing for ${ids.join(", ")}`, {
    cause,
    details: { unresolved: ids },
  });
}
