import { addressOf, type Packet, type Process } from "../flow/mod.ts";
import { effectOf, type Gate, type Outcome } from "../kind/engine/mod.ts";
import type { Effect as EffectClass } from "../kind/mod.ts";
import { asError, type Value } from "../value/mod.ts";
import type { Draft } from "./compile.ts";
import type { KindMetrics } from "./kind_metrics.ts";

/** One call of a handler of a host node. */
export interface EffectCall {
  /** The name of the node. */
  readonly node: string;
  readonly kind: string;
  /** The in port. */
  readonly port: string;
  readonly payload: Value;
  /** What running the call twice would mean outside. */
  readonly effect: EffectClass;
  /** The process. */
  readonly process: Process;
  /** Names the call within its process; the same in every run (see `addressOf`). */
  readonly address: string;
}

/** Runs the rest of the chain: the next interceptor, and in the end the handler. */
export type Next = (payload: Value) => Promise<Outcome>;

/**
 * Stands around calls of host nodes: may run the rest of the chain, or not, or several times, and returns what leaves the
 * node. What it throws is the node's error.
 */
export type Interceptor = (call: EffectCall, next: Next) => Outcome | Promise<Outcome>;

/** Returns the gate of a host node: a chain of interceptors around its handlers, the first outermost. */
export function gateOf({ symbol, flat }: Draft, interceptors: readonly Interceptor[]): Gate | undefined {
  if (interceptors.length === 0) return undefined;
  const effect = effectOf(flat.kind, flat.fields);
  return async (port, packet, run) => {
    const call = (payload: Value): EffectCall => new Called(packet, symbol.name, flat.kind.name, port, payload, effect);
    const chain = interceptors.reduceRight<Next>(
      (next, intercept) => async (payload) => await intercept(call(payload), next),
      async (payload) => await run(payload),
    );
    return await chain(packet.payload);
  };
}

/** Its address is built when somebody asks for it. */
class Called implements EffectCall {
  readonly #packet: Packet;

  constructor(
    packet: Packet,
    readonly node: string,
    readonly kind: string,
    readonly port: string,
    readonly payload: Value,
    readonly effect: EffectClass,
  ) {
    this.#packet = packet;
  }

  get process(): Process {
    return this.#packet.process;
  }

  get address(): string {
    return addressOf(this.#packet);
  }
}

/** Returns an interceptor that counts the calls of each node and measures how long they take. */
export function effectMetrics(metrics: KindMetrics): Interceptor {
  return async ({ node, payload }, next) => {
    const began = performance.now();
    let failed = false;
    try {
      const outcome = await next(payload);
      failed = outcome.payload instanceof Error;
      return outcome;
    } catch (error) {
      failed = true;
      throw asError(error);
    } finally {
      metrics.record(node, "histogram", "call_seconds", (performance.now() - began) / 1_000);
      if (failed) metrics.record(node, "counter", "call_errors", 1);
    }
  };
}
