import type { Flow, Process } from "../flow/mod.ts";
import type { Sockets } from "../http/mod.ts";
import type { HostContext, System } from "../kinds/mod.ts";
import { formatPosition, type Path, positionIn } from "../spec/mod.ts";
import type { Draft } from "./compile.ts";
import type { Logger } from "./log.ts";
import type { Processes } from "./processes.ts";

/** The services that the contexts of host kinds give access to. */
export interface HostServices {
  flow: Flow;
  processes: Processes;
  sockets: Sockets;
  system: System;
  logger: Logger;
  /** The address of listeners whose spec names none. */
  host: string;
  /** Whether error responses contain the error. */
  dev: boolean;
}

/** Returns the context that a host kind prepares a node with. */
export function hostContext({ symbol, flat, origin }: Draft, services: HostServices): HostContext {
  const { flow, processes, logger, sockets, system, host, dev } = services;
  const logFields = (process: Process | undefined) => ({
    node: symbol.name,
    ...process !== undefined && { process: processes.idOf(process) },
  });
  return {
    symbol,
    fields: flat.fields,
    flow,
    sockets,
    system,
    host,
    dev,
    position: (path: Path, offset?: number) =>
      origin === undefined ? undefined : formatPosition(positionIn(origin, path, offset)),
    log: (level, message, process) => logger.log(level, message, logFields(process)),
    open: (timeout) => processes.open(timeout),
    idOf: (process) => processes.idOf(process),
    failed: (process, error) => logger.failure(error, logFields(process)),
  };
}
