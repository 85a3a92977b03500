import type { Socket } from "node:net";
import type { Path, SpecCode } from "../spec/model/mod.ts";
import type { Answer, Value } from "../value/mod.ts";
import type { Call } from "./call.ts";
import type { Place } from "./kind.ts";
import type { OutPorts } from "./port.ts";
import type { Clock, Log, Metrics, Random } from "./services.ts";

/** What every kind prepares a node with. */
export interface Context<Fields, Out extends string> {
  /** The node's name. */
  readonly name: string;
  /** The fields of the spec: validated, defaults filled in, templates evaluated. */
  readonly fields: Fields;
  /** The out ports, by name. */
  readonly ports: OutPorts<Out>;
  /** Writes to the log in the node's name. */
  readonly log: Log;
  /** Counts and measures in the node's name. */
  readonly metrics: Metrics;
  /** The time. */
  readonly clock: Clock;
  /** Random values. */
  readonly random: Random;
  /** The variables that the kind names in `env`: those that the node has bound, else those that `start --env` grants. */
  readonly env: Readonly<Record<string, string>>;
  /** Returns where a field stands, `file:line:column`; undefined for a spec that came from no file. */
  position(path: Path, offset?: number): string | undefined;
}

/** User code of a spec, compiled on an executor. */
export interface Program {
  /**
   * Runs the code on a value.
   *
   * @returns What it returns, null if that is nothing, or an error with its position in the spec's file. If it takes
   * longer than its limit the process ends, and this does not return. A promise if the code waits for a timer or for
   * `crypto.subtle`; if that takes longer than the limit, the promise resolves to an error.
   */
  call(call: Call, argument: Value): Value | Promise<Value>;
  /** Runs the code on a value, as `call` does. @returns `NONE` if the code returns nothing. */
  answer(call: Call, argument: Value): Answer | Promise<Answer>;
}

/** A condition of a spec, compiled on an executor. */
export interface Condition {
  /**
   * Evaluates the condition for a value.
   *
   * @returns True or false, or an error with its position in the spec's file. If it takes longer than its limit the process
   * ends, and this does not return.
   */
  call(call: Call, argument: Value): Value;
}

/** Code to compile. */
export interface CodeOptions extends SpecCode {
  /** How long a call may take, in milliseconds. Default 1,000. One limit holds for all code of a node. */
  readonly timeout?: number | undefined;
  /** Whether the code gets built-in objects of its own instead of the frozen shared ones. Default false. */
  readonly isolate?: boolean | undefined;
}

/** What an executor kind prepares a node with. */
export interface ExecutorContext<Fields, Out extends string> extends Context<Fields, Out> {
  /** Compiles user code. @throws {Error} With the position, if it is not valid. */
  compile(options: CodeOptions): Program;
  /**
   * Compiles a condition: a CEL expression over `self`, the payload.
   *
   * @throws {Error} With the position, if it is not valid.
   */
  condition(options: Omit<CodeOptions, "language" | "isolate">): Condition;
  /** Opens a child of a call's process, on this executor. The kind must close it. */
  fork(call: Call): Child;
}

/** A child process that a node has opened. */
export interface Child {
  /** Sends a payload by a port in the child. @returns Undefined if the port is not linked. */
  send(port: { readonly name: string }, payload: Value): Promise<Answer> | undefined;
  /** Ends the child once everything in it is answered. */
  close(error?: Error): void;
}

/** How a source runs a workflow. */
export interface RunOptions {
  /** How long the process may take, in milliseconds. Default 30,000; `Infinity` for no limit. */
  readonly timeout?: number | undefined;
  /** Ends the process. */
  readonly signal?: AbortSignal | undefined;
}

/** What a host kind prepares a node with. */
export interface HostContext<Fields, Out extends string> extends Context<Fields, Out> {
  /**
   * Runs the workflow behind an out port, for a node that watches something: opens a process in the newest generation,
   * sends the payload, waits for the answer and the end of the process, and logs the error if it failed.
   *
   * @returns The answer. An error of the workflow is returned, not thrown; `busy` as its code says that none was
   * opened: too many are open, or the engine is about to end.
   */
  run(port: PortName<Out>, payload: Value, options?: RunOptions): Promise<Answer>;
  /**
   * Returns a resource that nodes share: the first to ask for a key opens it, and it is closed when the last node that
   * asked is released. A reload keeps it, because the new node asks before the old one is released.
   *
   * @param key Names the resource among all of the kind's nodes: what it is opened from belongs into it.
   */
  use<Resource>(
    key: string,
    open: () => Resource | Promise<Resource>,
    close?: (resource: Resource) => void | Promise<void>,
  ): Promise<Resource>;
  /**
   * Returns a resource as `use` does, which nodes of several kinds share.
   *
   * @param key Names the resource among all kinds: it begins with the name of the extension.
   */
  useShared<Resource>(
    key: string,
    open: () => Resource | Promise<Resource>,
    close?: (resource: Resource) => void | Promise<void>,
  ): Promise<Resource>;
  /**
   * Opens a TCP connection, as `connect` of `node:net` does, to a host that is public, or that the operator allows by
   * `start --allow-private`. Why it could not be opened is told by the socket's event `error`.
   */
  connect(host: string, port: number): Socket;
  /**
   * Returns the transaction of a call's root process, begun by the first call that asks. It is committed when the
   * process ends well, before the first byte of its answer leaves, and rolled back when it fails.
   *
   * @param key Names what the transaction is on. A process has one transaction.
   * @throws {Error} If the process has a transaction on another key.
   */
  transaction<T extends Transaction>(call: Call, key: string, begin: () => T | Promise<T>): Promise<T>;
  /**
   * Returns the data of an entry of the node's namespace, such as a connection, as the version has it that is being
   * prepared. When the entry changes, the node is prepared again. Only for use while the node is prepared.
   *
   * @param kind The kind of the entry.
   * @throws {Error} If there is no such entry, or its data is invalid.
   */
  dataOf(kind: string, name: string): Value;
  /**
   * Returns the value of a secret.
   *
   * @param reference `env:NAME`, a variable that `start --env` grants, or `file:NAME`, a file in the folder of
   *   `start --secrets`.
   * @throws {Error} If it is not granted or cannot be read. The message does not have the value.
   */
  secret(reference: string): Promise<string>;
  /**
   * Returns a key that names a call of a handler among all calls: another attempt of the same call has the same key, so
   * that whoever is called can tell that it is one.
   */
  keyOf(call: Call): string;
}

/** Something that is committed or rolled back with its process. */
export interface Transaction {
  /** Makes what was done permanent. If it throws, the process fails. */
  commit(): void | Promise<void>;
  /** Undoes what was done. @param error Why the process failed. */
  rollback(error: Error): void | Promise<void>;
}

/** The names that `run` takes: those of the out ports, with an index where they have one. */
export type PortName<Out extends string> = Out extends `${infer Base}[]` ? `${Base}[${number}]` : Out;

/** The context of a kind, by where its nodes run. */
export type ContextOf<At extends Place, Fields, Out extends string> = At extends "host" ? HostContext<Fields, Out>
  : At extends "any" ? Context<Fields, Out>
  : ExecutorContext<Fields, Out>;
