import type { Entry } from "../entry.ts";
import type { Request, Subscriber } from "./bus.ts";
import type { EntryEvent, TransactionEvent, TransactionInfo } from "./event.ts";

/** What a handler gets besides the entry. */
export interface HandlerContext {
  /** The transaction that is under way. */
  readonly transaction: TransactionInfo;
  /** Whether this undoes an operation of the same transaction. */
  readonly undo: boolean;
  /** Aborted when the registry no longer waits for the handler. */
  readonly signal: AbortSignal;
}

/**
 * Handles entries of some kinds. A method accepts an operation by returning or resolving, and rejects it by throwing or
 * rejecting, upon which the whole transaction is undone. A reason with the code `not_found`, or with a cause that has it,
 * means that something is missing that may come later in the same transaction: the operation is tried again after the
 * others. A handler that does not respond in time has rejected; its signal is aborted, and it must undo by itself
 * whatever it did.
 *
 * A handler with `begin`, `commit` or `discard` takes part in every transaction. It may read the registry, which has the
 * state from before, but must not change it.
 */
export interface Handler {
  /** Names it in errors. Default `the handler of <kinds>`. */
  readonly name?: string;
  /** Patterns of the kinds it handles (see `matches`): `http.*`, `function.**`, `(step|block)`. */
  readonly kinds: string | readonly string[];
  /** Takes an entry into use. @throws {unknown} Why it is rejected. */
  create(entry: Entry, context: HandlerContext): void | Promise<void>;
  /** Replaces an entry that is in use. @throws {unknown} Why it is rejected. */
  update(entry: Entry, original: Entry, context: HandlerContext): void | Promise<void>;
  /** Takes an entry out of use. @throws {unknown} Why it is rejected. */
  delete(original: Entry, context: HandlerContext): void | Promise<void>;
  /** Called before the operations. A handler that rejects is not called again; one that times out gets the discard. */
  begin?(transaction: TransactionInfo): void | Promise<void>;
  /**
   * Called when all operations were accepted and the version is saved. A failure here undoes the transaction. What takes
   * longer than an operation may is not undone: the version is in force, and the next transaction waits for it.
   */
  commit?(transaction: TransactionInfo): void | Promise<void>;
  /** Called after a rejection, once the accepted operations were undone by their inverse. */
  discard?(cause: Error, transaction: TransactionInfo): void | Promise<void>;
}

/** Returns a handler as a subscriber of a bus. */
export function toSubscriber(handler: Handler): Subscriber {
  const kinds = typeof handler.kinds === "string" ? [handler.kinds] : handler.kinds;
  const acknowledges = (["begin", "commit", "discard"] as const).filter((name) => handler[name] !== undefined);
  return {
    name: handler.name ?? `the handler of ${kinds.join(", ")}`,
    kinds,
    acknowledges: acknowledges.map((name) => `registry.${name}` as const),
    receive(request) {
      const { event } = request;
      const answer = "operation" in event ? carryOut(handler, event, request) : acknowledge(handler, event);
      if (answer === undefined) request.accept();
      else answer.then(() => request.accept(), (reason) => request.reject(reason));
    },
  };
}

function carryOut(handler: Handler, event: EntryEvent, request: Request): void | Promise<void> {
  const { operation, transaction, undo } = event;
  const context: HandlerContext = {
    transaction,
    undo,
    get signal() {
      return request.signal;
    },
  };
  switch (operation.kind) {
    case "create":
      return handler.create(operation.entry, context);
    case "update":
      return handler.update(operation.entry, operation.original, context);
    case "delete":
      return handler.delete(operation.original, context);
  }
}

function acknowledge(handler: Handler, event: TransactionEvent): void | Promise<void> {
  switch (event.kind) {
    case "registry.begin":
      return handler.begin?.(event.transaction);
    case "registry.commit":
      return handler.commit?.(event.transaction);
    case "registry.discard":
      return handler.discard?.(event.cause, event.transaction);
  }
}
