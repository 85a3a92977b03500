import type { Death } from "../pool/mod.ts";
import type { Move } from "../registry/mod.ts";
import { pause } from "../value/mod.ts";
import { type InstanceStatus, instanceStatus } from "./status.ts";
import { type ReportedRuntime, runtimeInstances } from "./runtime_instances.ts";
import type { Target } from "./target.ts";

/** How often to look at the runtimes of a store, in milliseconds. */
const POLL = 200;

/** Something that happened on a store or to a runtime on it. */
export type WatchEvent =
  /** Head moved: a version was created, or a rollback. */
  | { readonly type: "head"; readonly move: Move }
  /** A runtime was seen for the first time since it has applied a version, or again after it was silent. */
  | { readonly type: "instance-up"; readonly instance: InstanceStatus }
  /** A runtime has stopped, or has missed its heartbeats. */
  | { readonly type: "instance-down"; readonly instance: InstanceStatus; readonly reason: "stopped" | "silent" }
  /** A runtime has applied a version, or rejected it and runs another one. */
  | {
    readonly type: "rollout";
    readonly instance: InstanceStatus;
    readonly version: number;
    readonly state: "applied" | "rejected";
    readonly reason?: string;
  }
  /** An executor of a runtime has died. */
  | { readonly type: "death"; readonly instance: InstanceStatus; readonly death: Death };

/** Options of `watch`. */
export interface WatchOptions {
  /** The only namespace whose runtimes to report. Default: all. Moves of head concern all namespaces. */
  readonly namespace?: string | undefined;
  /** Ends the stream. */
  readonly signal?: AbortSignal | undefined;
  /** How often to look at the runtimes, in milliseconds. Default 200. */
  readonly interval?: number | undefined;
}

/**
 * Yields what happens on a store from now on, in the order in which it is seen: moves of head, the runtimes on it, what
 * becomes of versions there, and deaths of executors. A runtime in another program reports a death with its next
 * heartbeat, within 5 s. It begins with an `instance-up` for each live runtime, and ends with the signal or the store.
 */
export async function* watch(target: Target, options: WatchOptions = {}): AsyncGenerator<WatchEvent, void> {
  const { namespace, signal, interval = POLL } = options;
  const stop = new AbortController();
  const abort = () => stop.abort();
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  const events = new Events();
  try {
    const { sequence } = await target.registry.head();
    const looks = new Instances(target, namespace);
    const tasks = [
      followHead(target, sequence, stop.signal, events),
      followInstances(looks, interval, stop.signal, events),
    ];
    // the first to fail, or to end, ends the stream
    Promise.race(tasks).then(() => events.end(), (error) => events.end(error));
    try {
      yield* events;
    } finally {
      stop.abort();
      await Promise.allSettled(tasks);
    }
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** A queue of events that is read as they come. */
class Events {
  #queue: WatchEvent[] = [];
  #wake = Promise.withResolvers<void>();
  #ended = false;
  #error: unknown;

  add(event: WatchEvent): void {
    this.#queue.push(event);
    this.#wake.resolve();
  }

  end(error?: unknown): void {
    this.#ended = true;
    this.#error = error;
    this.#wake.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchEvent, void> {
    for (;;) {
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
      const ready = this.#queue;
      this.#queue = [];
      yield* ready;
      if (!this.#ended) continue;
      yield* this.#queue;
      if (this.#error !== undefined) throw this.#error;
      return;
    }
  }
}

async function followHead(
  { registry }: Target,
  since: number,
  signal: AbortSignal,
  events: Events,
): Promise<void> {
  for await (const move of registry.history.watch(since, signal)) events.add({ type: "head", move });
}

async function followInstances(
  instances: Instances,
  interval: number,
  signal: AbortSignal,
  events: Events,
): Promise<void> {
  while (!signal.aborted) {
    for (const event of await instances.look()) events.add(event);
    await pause(interval, signal);
  }
}

/** The runtimes on a store, compared from look to look. */
class Instances {
  readonly #target: Target;
  readonly #namespace: string | undefined;
  #seen: ReadonlyMap<string, { runtime: ReportedRuntime; status: InstanceStatus }> | undefined;

  constructor(target: Target, namespace: string | undefined) {
    this.#target = target;
    this.#namespace = namespace;
  }

  /** Returns what has changed since the last look. */
  async look(): Promise<WatchEvent[]> {
    const { registry, store } = this.#target;
    const [{ version: head }, runtimes] = [await registry.head(), await runtimeInstances(store.presence)];
    const now = new Map(
      runtimes
        .filter(({ report }) => (this.#namespace ?? report.namespace) === report.namespace)
        .map((runtime) => [runtime.id, { runtime, status: instanceStatus(runtime, head) }]),
    );
    const before = this.#seen;
    this.#seen = now;
    const events: WatchEvent[] = [];
    for (const [id, { status: instance, runtime }] of now) {
      const old = before?.get(id);
      const isUp = isServing(instance);
      const wasUp = old !== undefined && isServing(old.status);
      if (isUp && !wasUp) events.push({ type: "instance-up", instance });
      if (!isUp && wasUp) events.push({ type: "instance-down", instance, reason: "silent" });
      if (old !== undefined && old.status.state !== "starting") {
        events.push(...rolloutsOf(old.runtime, runtime, instance));
      }
      if (before !== undefined) events.push(...deathsOf(old?.runtime, runtime, instance));
    }
    for (const [id, { status: instance }] of before ?? []) {
      if (!now.has(id) && isServing(instance)) {
        events.push({ type: "instance-down", instance, reason: "stopped" });
      }
    }
    return events;
  }
}

function isServing({ state }: InstanceStatus): boolean {
  return state !== "silent" && state !== "starting";
}

function rolloutsOf(
  { report: before }: ReportedRuntime,
  { report: now }: ReportedRuntime,
  instance: InstanceStatus,
): WatchEvent[] {
  const events: WatchEvent[] = [];
  const { version, rejected } = now;
  if (version !== before.version) events.push({ type: "rollout", instance, version, state: "applied" });
  const isNew = rejected !== undefined &&
    (rejected.version !== before.rejected?.version || rejected.reason !== before.rejected.reason);
  if (isNew) {
    events.push({
      type: "rollout",
      instance,
      version: rejected.version,
      state: "rejected",
      reason: rejected.reason,
    });
  }
  return events;
}

function deathsOf(
  before: ReportedRuntime | undefined,
  { report: { deaths = [] } }: ReportedRuntime,
  instance: InstanceStatus,
): WatchEvent[] {
  const known = new Set(before?.report.deaths?.map(({ id }) => id));
  return deaths.filter(({ id }) => !known.has(id)).map((death) => ({ type: "death", instance, death }));
}
