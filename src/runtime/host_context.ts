import { createHash } from "node:crypto";
import { addressOf, type Flow, type Packet, pathOf, type Process, type TracedPacket } from "../flow/mod.ts";
import type { Sockets } from "../http/mod.ts";
import { logOf, metricsOf, packetOf } from "../kind/engine/mod.ts";
import type { Call, Clock, HostContext, Preparation, Random } from "../kind/mod.ts";
import {
  type AccessEntry,
  connectTo,
  type GrantedFolders,
  type HealthCheck,
  type Internals,
  type PrivateHosts,
  type Schedules,
  type StoreLeases,
  type System,
} from "../kinds/mod.ts";
import { formatPosition, type Path, positionIn } from "../spec/mod.ts";
import { asError, type Failure, type Value } from "../value/mod.ts";
import type { Draft } from "./compile.ts";
import { gateOf, type Interceptor } from "./effects.ts";
import type { HandledErrors } from "./handled_errors.ts";
import type { HealthChecks } from "./health_checks.ts";
import type { KindMetrics, MetricLabels } from "./kind_metrics.ts";
import type { Logger } from "./log/mod.ts";
import type { Processes } from "./processes.ts";
import type { Resources } from "./resources.ts";
import { run, runIn } from "./run.ts";
import type { Redactor } from "./redactor.ts";
import type { Secrets } from "./secrets.ts";
import type { Transactions } from "./transactions.ts";

/** The services that the contexts of host kinds give access to. */
export interface HostServices {
  flow: Flow;
  processes: Processes;
  sockets: Sockets;
  resources: Resources;
  healthChecks: HealthChecks;
  transactions: Transactions;
  metrics: KindMetrics;
  clock: Clock;
  random: Random;
  system: System;
  /** What stands around the calls of host nodes, outermost first. */
  interceptors: readonly Interceptor[];
  logger: Logger;
  /** Is told of each packet that a node receives. Default: nobody is told. */
  traced?: ((packet: TracedPacket) => void) | undefined;
  /** Is told of each request that a listener has answered. Default: nobody is told. */
  access?: ((entry: AccessEntry) => void) | undefined;
  handledErrors: HandledErrors;
  /** What `secret` reads. */
  secrets: Secrets;
  /** Takes secrets out of what is printed. */
  redactor: Redactor;
  /** The addresses that nodes may connect to. */
  privateHosts: PrivateHosts;
  /** The folders whose files nodes may use. */
  grantedFolders: GrantedFolders;
  /** Leases on the store. */
  leases: StoreLeases;
  /** The nodes that run at times. */
  schedules: Schedules;
  /** The namespace that the runtime runs. */
  namespace: string;
  /** The address of listeners whose spec names none. */
  host: string;
  /** Whether error responses contain the error. */
  dev: boolean;
}

/** What a node is prepared with on the host. */
export interface HostPreparation extends
  Preparation,
  Pick<
    HostContext<unknown, string>,
    "run" | "use" | "useShared" | "connect" | "transaction" | "dataOf" | "secret" | "keyOf"
  > {
  readonly internals: Internals;
}

/**
 * Returns what a node of the host is prepared with.
 *
 * @param env The variables that the kind may read.
 * @param dataOf Returns the data of an entry of the version that is being prepared.
 */
export function hostPreparation(
  draft: Draft,
  env: Readonly<Record<string, string>>,
  dataOf: (kind: string, name: string) => Value,
  services: HostServices,
): { preparation: HostPreparation; release(): Promise<void> } {
  const {
    flow,
    processes,
    logger,
    sockets,
    resources,
    healthChecks,
    transactions,
    metrics,
    clock,
    random,
    system,
    host,
    dev,
    handledErrors,
    secrets,
    redactor,
    privateHosts,
    grantedFolders,
    leases,
    schedules,
    namespace,
  } = services;
  const logFields = (process: Process | undefined) => ({
    node: symbol.name,
    ...process !== undefined && { process: processes.idOf(process) },
  });
  const { symbol, flat, origin } = draft;
  const gate = gateOf(draft, services.interceptors);
  const held = resources.holder(flat.kind.name);
  const shared = resources.holder("");
  const checks: (() => void)[] = [];
  const preparation: HostPreparation = {
    symbol,
    fields: flat.fields,
    flow,
    env,
    ...gate !== undefined && { gate },
    clock,
    random,
    position: (path: Path, offset?: number) =>
      origin === undefined ? undefined : formatPosition(positionIn(origin, path, offset)),
    log: logOf((level, message, call) => logger.log(level, message, logFields(call?.process as Process | undefined))),
    ...handledErrors.isOn && {
      handled: (packet: Packet, error: Failure) => {
        const path = error.path ?? pathOf(packet);
        handledErrors.record(packet.process, error, { ...logFields(packet.process), path: path.join(" > ") });
      },
    },
    metrics: metricsOf((type, name, value) => void metrics.record(symbol.name, type, name, value)),
    run: (port, payload, options) =>
      run(
        { flow, processes, failed: (process, error) => logger.failure(error, logFields(process)) },
        symbol.out(port),
        payload,
        options,
      ),
    use: (key, open, close) => held.use(key, open, close),
    // built-in kinds share by names of their own
    useShared: (key, open, close) => shared.use(`extension:${key}`, open, close),
    connect: (host, port) => connectTo(privateHosts, host, port),
    transaction: (call: Call, key, begin) => transactions.of(call.process as Process, key, begin),
    dataOf,
    secret: (reference) => secrets.read(reference),
    keyOf: (call) => keyOf(packetOf(call), processes),
    internals: {
      symbol,
      ...services.access !== undefined && {
        access: (entry: AccessEntry) => services.access!({ ...entry, path: redactor.redact(entry.path) }),
      },
      flow,
      sockets,
      system,
      privateHosts,
      transactionOn: (process, key) => transactions.on(process, key),
      useShared: (key, open, close) => shared.use(key, open, close),
      measure: (type, name, value, labels) =>
        metrics.record(symbol.name, type, name, value, labels && redactedLabels(labels, redactor)),
      checkHealth: (name, check) => void checks.push(healthChecks.add(name, redactedCheck(check, redactor))),
      grantedFolders,
      leases,
      schedules,
      namespace,
      host,
      bound: draft.bound,
      dev,
      redact: (text) => redactor.redact(text),
      open: (timeout) => processes.open(timeout),
      runIn: (process, port, payload) =>
        runIn(
          { flow, failed: (process, error) => logger.failure(error, logFields(process)) },
          process,
          port,
          payload,
        ),
      isClosed: () => processes.isClosed,
      isDraining: () => processes.isDraining,
      fork: (process) => processes.fork(process),
      idOf: (process) => processes.idOf(process),
      failed: (process, error, level) => logger.failure(error, logFields(process), level),
      answered: (process, status) => handledErrors.settle(process, status >= 500),
    },
  };
  const release = async () => {
    for (const remove of checks.splice(0)) remove();
    await held.release();
    await shared.release();
  };
  return { preparation, release };
}

function redactedCheck(check: HealthCheck, redactor: Redactor): HealthCheck {
  return async (signal) => {
    try {
      await check(signal);
    } catch (thrown) {
      throw redactor.redactError(asError(thrown));
    }
  };
}

function redactedLabels(labels: MetricLabels, redactor: Redactor): MetricLabels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, redactor.redact(value)]));
}

/** How long a key may be: what most servers accept. */
const LONGEST_KEY = 200;

/** Returns the key of the call that a packet is; see `HostContext.keyOf`. */
function keyOf(packet: Packet, processes: Processes): string {
  const key = `${processes.idOf(packet.process.root)}.${addressOf(packet)}`;
  if (key.length <= LONGEST_KEY) return key;
  return createHash("sha256").update(key).digest("hex");
}
