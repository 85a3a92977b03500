import type { Packet, PrepareContext, Process } from "../flow/mod.ts";
import type { Sockets } from "../http/mod.ts";
import type { Path } from "../spec/mod.ts";
import type { Value } from "../value/mod.ts";
import type { System } from "./system/system.ts";

/** Code of a spec, compiled on an executor. Each call of it has the limit of its symbol (`NodeSymbol.limit`). */
export interface Callable {
  /**
   * Runs it on a value. Answers an error, with its position in the author's file, if the code throws; is ended from
   * outside if it takes too long.
   */
  call(packet: Packet, argument: Value): Value;
}

/** What code is compiled from. */
export interface CodeOptions {
  /** Name of the language. */
  language: string;
  /** The code itself. */
  code: string;
  /** The field it stands in. */
  at: Path;
  /** Whether it gets a context of its own instead of sharing the executor's. Default false. */
  isolate?: boolean;
}

/** What a kind that runs on executors is prepared with. */
export interface ExecutorContext extends PrepareContext {
  /** Compiles code. @throws {Error} With the position, if it is not valid. */
  compile(options: CodeOptions): Callable;
  /**
   * Compiles a condition: a CEL expression over `self`. Its calls answer true or false, or an error.
   *
   * @throws {Error} With the position, if it is not valid.
   */
  condition(code: string, at: Path): Callable;
  /** Opens a child of a process, on this executor. Whoever opens it closes it (`context.flow.close`). */
  fork(process: Process): Process;
}

/** What a kind that runs on the host is prepared with. */
export interface HostContext extends PrepareContext {
  /**
   * Opens a process in the newest generation. Whoever opens it closes it (`context.flow.close`), with the error if one
   * was answered, and records that error (`failed`).
   *
   * @param timeout How long it may take, in milliseconds. Default 30 s; `Infinity` for one that lives as long as a
   * connection.
   * @returns Undefined if there are too many processes already.
   */
  open(timeout?: number): Process | undefined;
  /** The id of a process, a UUIDv7, as the log has it. */
  idOf(process: Process): string;
  /** Writes an error that a process ended with to the log, with the way of its packet. */
  failed(process: Process, error: Error): void;
  /** The sockets of the runtime: they belong to addresses and outlive the nodes that use them. */
  readonly sockets: Sockets;
  /** The engine itself. */
  readonly system: System;
  /** The address that listeners bind to where the spec says none. */
  readonly host: string;
  /** Whether error answers tell the error. */
  readonly dev: boolean;
}
