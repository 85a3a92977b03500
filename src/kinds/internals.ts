import type { Answer, HostContext, Transaction, Value } from "@weft/weft/kind";
import type { Flow, NodeSymbol, OutPort, Process } from "../flow/mod.ts";
import type { Sockets } from "../http/mod.ts";
import type { LogLevel, ValueMap } from "../value/mod.ts";
import type { GrantedFolders } from "./files/granted_folders.ts";
import type { AccessEntry } from "./net/access_entry.ts";
import type { PrivateHosts } from "./net/private_hosts.ts";
import type { StoreLeases } from "./time/node_lease.ts";
import type { Schedules } from "./time/schedules.ts";
import type { System } from "./system/system.ts";

/** Asks whether something works that a runtime needs. Throws why it does not. */
export type HealthCheck = (signal: AbortSignal) => Promise<void>;

/** What the engine gives its own host kinds beside their public context. */
export interface Internals {
  readonly symbol: NodeSymbol;
  readonly flow: Flow;
  /** The sockets of the runtime: they belong to addresses and outlive the nodes that use them. */
  readonly sockets: Sockets;
  /** The engine itself. */
  readonly system: System;
  /** The addresses that nodes may connect to. */
  readonly privateHosts: PrivateHosts;
  /** Returns the transaction that a process has on a key already; undefined if it has none there. */
  transactionOn(process: Process, key: string): Promise<Transaction> | undefined;
  /** Returns a resource as `use` does, shared by the nodes of all kinds. */
  readonly useShared: HostContext<unknown, string>["use"];
  /** Asks for a database when somebody asks whether the runtime is ready, until the node is released. */
  checkHealth(name: string, check: HealthCheck): void;
  /**
   * Counts or measures in the node's name, with labels.
   *
   * @returns Whether the value is kept: there may be too many series.
   */
  measure(
    type: "counter" | "histogram",
    name: string,
    value: number,
    labels: Readonly<Record<string, string>>,
  ): boolean;
  /** The folders whose files nodes may use. */
  readonly grantedFolders: GrantedFolders;
  /** Leases on the store, by which one of several engines is chosen. */
  readonly leases: StoreLeases;
  /** The nodes that run at times. */
  readonly schedules: Schedules;
  /** The namespace that the runtime runs. */
  readonly namespace: string;
  /** The address that listeners bind to where the spec names none. */
  readonly host: string;
  /** Is told of each request that a listener has answered; absent if nobody is. */
  readonly access?: (entry: AccessEntry) => void;
  /** What the node has bound in `env`. */
  readonly bound: ValueMap | undefined;
  /** Whether error responses contain the error. */
  readonly dev: boolean;
  /** Takes the secrets that were read out of a text that is shown. */
  redact(text: string): string;
  /**
   * Opens a process in the newest generation. Whoever opens it closes it with `flow.close`.
   *
   * @param timeout How long it may take, in milliseconds. Default 30,000; `Infinity` for no limit.
   * @returns Undefined if too many processes are open.
   */
  open(timeout?: number): Process | undefined;
  /** Reports whether the engine is about to end, so that sources open no more processes. */
  isDraining(): boolean;
  /** Reports whether all processes were ended, because the engine ends now. */
  isClosed(): boolean;
  /**
   * Runs the workflow behind an out port in a process that was opened for it: waits for the answer and the end of the
   * process, closes it, and logs the error if it failed.
   *
   * @returns The answer; an error is returned, not thrown.
   */
  runIn(process: Process, port: OutPort, payload: Value): Promise<Answer>;
  /** Opens a child of a process. Whoever opens it closes it with `flow.close`. */
  fork(process: Process): Process;
  /** Returns the id of a process, a UUIDv7, as the log has it. */
  idOf(process: Process): string;
  /** Logs the error that a process failed with, with the path of its packet. Default level `error`. */
  failed(process: Process, error: Error, level?: LogLevel): void;
  /** Tells the status of a process's answer, before the process is closed. */
  answered(process: Process, status: number): void;
}

/** Returns the internals that the engine has put beside a host kind's context. */
export function internalsOf(context: object): Internals {
  return (context as { internals: Internals }).internals;
}
