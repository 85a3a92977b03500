import type { Operation } from "../operation.ts";

/** The method of `Registry` that a transaction comes from. */
export type TransactionReason = "apply" | "load" | "jump" | "follow" | "refresh";

/** A transaction as its participants see it. */
export interface TransactionInfo {
  /** Counts the transactions of a registry from 1. */
  readonly id: number;
  /** What the transaction is for. */
  readonly reason: TransactionReason;
  /** The version before the commit. */
  readonly from: number;
  /** The version that it leads to; absent if that does not exist yet. */
  readonly to?: number;
  /** The operations in order, including those that handlers are not asked about. */
  readonly operations: readonly Operation[];
}

/** The begin, commit or discard of a transaction. Operations are undone before a discard. */
export type TransactionEvent =
  | { readonly kind: "registry.begin" | "registry.commit"; readonly transaction: TransactionInfo }
  | { readonly kind: "registry.discard"; readonly transaction: TransactionInfo; readonly cause: Error };

/** An operation that is to be carried out. */
export interface EntryEvent {
  /** What is asked. */
  readonly kind: `entry.${Operation["kind"]}`;
  /** The transaction that it belongs to. */
  readonly transaction: TransactionInfo;
  /** What is to be done. */
  readonly operation: Operation;
  /** Whether it undoes an operation of the same transaction. */
  readonly undo: boolean;
}

/** An event that subscribers answer. */
export type Question = TransactionEvent | EntryEvent;

/** The answer of a subscriber. */
export interface AnswerEvent {
  /** The answer to which question, and which. */
  readonly kind: "entry.accept" | "entry.reject" | "registry.accept" | "registry.reject";
  /** The name of the subscriber. */
  readonly by: string;
  /** The question. */
  readonly of: Question;
  /** Why it rejected, or why the wait for its answer ended. */
  readonly reason?: Error;
}

/** Any event on a bus. */
export type BusEvent = Question | AnswerEvent;

/** Returns the subject of a question for messages: `the create of app:hello`, `the begin of a transaction`. */
export function subjectOf(event: Question): string {
  const what = event.kind.slice(event.kind.indexOf(".") + 1);
  return "operation" in event ? `the ${what} of ${event.operation.id}` : `the ${what} of a transaction`;
}
