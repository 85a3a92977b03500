import type { Entry } from "../entry.ts";
import type { Request, Subscriber } from "./bus.ts";
import type { EntryEvent, TransactionEvent, TransactionInfo } from "./event.ts";

/** What a handler is told besides the entry. */
export interface HandlerContext {
  readonly transaction: TransactionInfo;
  /** Whether this takes back what the same transaction did. */
  readonly undo: boolean;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/**
 * Makes something of the entries of some kinds. To return, or to resolve, is to accept; to throw, or to reject, is to
 * refuse with that reason, on which the whole transaction is undone. A reason with the code `not_found`, or a cause that
 * has it, says that something is missing which may come later in the same transaction: the operation is then tried
 * again after the others. Who has not answered in time has refused, and has to take back by itself what it did: its
 * signal is aborted then.
 *
 * A handler that has `begin`, `commit` or `discard` takes part in every transaction. It may read the registry, which is
 * as it was before, and cannot change it.
 */
export interface Handler {
  /** Names it in errors. Default `handler of <kinds>`. */
  readonly name?: string;
  /** Patterns of the kinds it answers for (`matches`): `http.*`, `function.**`, `(step|block)`. */
  readonly kinds: string | readonly string[];
  create(entry: Entry, context: HandlerContext): void | Promise<void>;
  update(entry: Entry, original: Entry, context: HandlerContext): void | Promise<void>;
  delete(original: Entry, context: HandlerContext): void | Promise<void>;
  /** Operations follow. Who refuses is told nothing more; who does not answer in time is told of the discard. */
  begin?(transaction: TransactionInfo): void | Promise<void>;
  /** All were accepted, and the version is saved: what fails now cannot be refused in an orderly way any more. */
  commit?(transaction: TransactionInfo): void | Promise<void>;
  /** Something was refused. What had been accepted was undone by inverse operations before this. */
  discard?(cause: Error, transaction: TransactionInfo): void | Promise<void>;
}

/** A handler as the bus knows it. */
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
