import { type Reply as FlowReply, SENT } from "../flow/mod.ts";
import type { Answer, Value } from "../value/mod.ts";
import type { Port } from "./port.ts";

export { SENT };

/** What a handler returns when it has sent its packet on itself: the answer is that of what it sent. */
export type Sent = typeof SENT;

/** What `call.send` returns, to be returned by the handler or continuation that called it. */
export type Reply = FlowReply;

/** Handles the answer to what a call has sent: merged, if several nodes have answered. */
export type Continuation = (call: Call, answer: Answer) => Reply;

/** The process of a call: one run of a workflow. */
export interface CallProcess {
  /** Aborted when the process ends before its work is done. */
  readonly signal: AbortSignal;
  /** Returns a value that the process or an ancestor of it has stored; undefined if none has. */
  load(key: string): Value | undefined;
  /** Stores a value for the process and its descendants. */
  store(key: string, value: Value): void;
  /** Runs a hook when the process ends, last in first out. `error` is what the process failed with. */
  onExit(hook: (error: Error | undefined) => void | Promise<void>): void;
}

/** One packet that a node has received. */
export interface Call {
  /** What was sent. */
  readonly payload: Value;
  /** The process that the packet belongs to. */
  readonly process: CallProcess;
  /** Aborted when the process ends before its work is done. */
  readonly signal: AbortSignal;
  /**
   * Sends a payload by a port. If the port is not linked, the payload itself is the answer.
   *
   * @param then Handles the answer; without it, the answer is the call's own.
   */
  send(port: Port, payload: Value, then?: Continuation | null): Reply;
  /**
   * Sends several payloads at once.
   *
   * @param then Handles the merged answer; `call.answers` has them one by one.
   */
  sendAll(sendings: readonly { readonly port: Port; readonly payload: Value }[], then?: Continuation | null): Reply;
  /** The answers to `sendAll`, in the order sent. */
  readonly answers: readonly Answer[] | null;
}
