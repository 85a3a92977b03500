import type { Operation } from "../operation.ts";

/** Why a transaction is made: see the methods of `Registry` of these names. */
export type TransactionReason = "apply" | "load" | "jump" | "follow";

/** A transaction, as its participants see it. */
export interface TransactionInfo {
  /** Counts a registry's transactions from 1. */
  readonly id: number;
  readonly reason: TransactionReason;
  /** The version that is in force until the commit. */
  readonly from: number;
  /** The version that it leads to; absent where that is not made yet. */
  readonly to?: number;
  /** What is to be done, in order; those that are not propagated included. */
  readonly operations: readonly Operation[];
}

/** A transaction begins, is kept, or is given up: everything was undone before that. */
export type TransactionEvent =
  | { readonly kind: "registry.begin" | "registry.commit"; readonly transaction: TransactionInfo }
  | { readonly kind: "registry.discard"; readonly transaction: TransactionInfo; readonly cause: Error };

/** An operation is to be carried out. */
export interface EntryEvent {
  readonly kind: `entry.${Operation["kind"]}`;
  readonly transaction: TransactionInfo;
  readonly operation: Operation;
  /** Whether it takes back an operation of the same transaction. */
  readonly undo: boolean;
}

/** What a subscriber answers to. */
export type Question = TransactionEvent | EntryEvent;

/** What a subscriber answered. */
export interface AnswerEvent {
  readonly kind: "entry.accept" | "entry.reject" | "registry.accept" | "registry.reject";
  /** The subscriber. */
  readonly by: string;
  readonly of: Question;
  /** Why it rejected, or why its answer was not waited for. */
  readonly reason?: Error;
}

/** Whatever happens on a bus. */
export type BusEvent = Question | AnswerEvent;

/** What a question is about, for messages: `the create of app:hello`, `the begin of a transaction`. */
export function subjectOf(event: Question): string {
  const what = event.kind.slice(event.kind.indexOf(".") + 1);
  return "operation" in event ? `the ${what} of ${event.operation.id}` : `the ${what} of a transaction`;
}
