/** What the engine makes services of kinds with; kinds themselves do not use it. */
import type { OutPort, Packet } from "../../flow/mod.ts";
import {
  type Answer,
  asError,
  type Failure,
  failure,
  type LogLevel,
  type Value,
  type ValueMap,
} from "../../value/mod.ts";
import type { DataKind } from "../../spec/model/mod.ts";
import type { Effect, Kind, Preparation } from "../kind.ts";
import type { Clock, Log, LogCall, Metrics, Random } from "../services.ts";

/** The kinds of an extension. */
export interface ModuleKinds {
  readonly kinds: readonly Kind[];
  readonly dataKinds: readonly DataKind[];
}

/** Returns the kinds of an extension: its default export, a kind or a list. @throws {Error} If it is neither. */
export function kindsOf(module: { default?: unknown }): ModuleKinds {
  const list: unknown[] = Array.isArray(module.default) ? module.default : [module.default];
  const kinds: Kind[] = [];
  const dataKinds: DataKind[] = [];
  for (const kind of list) {
    if (isDataKind(kind)) {
      dataKinds.push(kind);
      continue;
    }
    const { name, summary, fields, ports, prepare, compound } = (kind ?? {}) as Partial<Kind>;
    if (typeof name !== "string") throw failure("its default export is neither a kind nor a list of kinds");
    const missing = Object.entries({ summary, fields, ports, prepare: prepare ?? compound })
      .find(([, value]) => value === undefined)?.[0];
    if (missing !== undefined) throw failure(`missing property "${missing}" of kind "${name}"`);
    kinds.push(kind as Kind);
  }
  return { kinds, dataKinds };
}

function isDataKind(kind: unknown): kind is DataKind {
  return typeof kind === "object" && kind !== null && (kind as Partial<DataKind>).holds === "data";
}

/** Returns what running a node of a kind twice would mean outside. */
export function effectOf({ effect = "once" }: Pick<Kind, "effect">, fields: ValueMap): Effect {
  return typeof effect === "function" ? effect(fields) : effect;
}

/** Returns the packet of a call, which is the call itself unless it is behind a gate. */
export function packetOf(call: object): Packet {
  return (call as { readonly packet?: Packet }).packet ?? call as Packet;
}

/** Records an error that leaves by a port, if the port is linked and something is recorded. */
export function recordHandled(
  context: object,
  packet: Pick<Packet, "process">,
  port: object,
  error: Failure,
): void {
  const { handled } = context as Partial<Pick<Preparation, "handled">>;
  if (handled === undefined) return;
  if ((port as OutPort).targets((packet as Packet).process.generation).length > 0) handled(packet as Packet, error);
}

/** Makes a log of a function that writes a line. */
export function logOf(write: (level: LogLevel, message: string, call: LogCall | undefined) => void): Log {
  return {
    debug: (message, call) => write("debug", message, call),
    info: (message, call) => write("info", message, call),
    warn: (message, call) => write("warn", message, call),
    error: (message, call) => write("error", message, call),
  };
}

/** What a metric does with a value. */
export type MetricType = "counter" | "histogram";

/** Makes metrics of a function that records a value. */
export function metricsOf(record: (type: MetricType, name: string, value: number) => void): Metrics {
  return {
    count: (name, value = 1) => record("counter", checked(name), value),
    observe: (name, value) => record("histogram", checked(name), value),
  };
}

function checked(name: string): string {
  if (METRIC_NAME.test(name)) return name;
  throw new Error(`invalid metric name ${JSON.stringify(name)}: expected lower-case letters, digits and _`);
}

/** What the name of a metric may be. */
export const METRIC_NAME = /^[a-z][a-z0-9_]{0,63}$/;

/** The timers of a thread. */
export interface Timers {
  setTimeout(task: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** Makes the clock of a thread from its timers. */
export function clockOf({ setTimeout, clearTimeout }: Timers): Clock {
  return {
    now: () => Date.now(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(asError(signal.reason));
        const abort = () => {
          clearTimeout(timer);
          reject(asError(signal!.reason));
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener("abort", abort);
          resolve();
        }, ms);
        signal?.addEventListener("abort", abort, { once: true });
      }),
  };
}

/** Makes random values of a source of random bytes. */
export function randomOf(fill: (bytes: Uint8Array<ArrayBuffer>) => void): Random {
  const bytes = (length: number) => {
    const made = new Uint8Array(length);
    fill(made);
    return made;
  };
  return {
    bytes,
    number() {
      const [high, low] = new Uint32Array(bytes(8).buffer);
      return ((high! >>> 5) * 2 ** 26 + (low! >>> 6)) / 2 ** 53;
    },
    uuid() {
      const made = bytes(16);
      made[6] = made[6]! & 0x0f | 0x40;
      made[8] = made[8]! & 0x3f | 0x80;
      const hex = Array.from(made, (byte) => byte.toString(16).padStart(2, "0")).join("");
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    },
  };
}

/** What a handler has made of a payload: the out port to send by, and what; without a port, the answer itself. */
export interface Outcome {
  readonly port: string | null;
  readonly payload: Answer;
}

/**
 * Stands between the payloads and the outcomes of a host node's handlers: decides whether and with what a handler runs.
 * What follows downstream is not part of it.
 *
 * @param port The in port.
 * @param run Runs the handler on a payload.
 */
export type Gate = (
  port: string,
  packet: Packet,
  run: (payload: Value) => Outcome | Promise<Outcome>,
) => Outcome | Promise<Outcome>;
