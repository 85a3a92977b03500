import type { RealmScope } from "./realm_scope.ts";

/** Defines timers. Each belongs to the call that sets it, and ends with it; the engine runs those that are due. */
export function timers(scope: RealmScope): void {
  interface Timer {
    readonly id: number;
    readonly call: number;
    due: number;
    /** Milliseconds between two runs; undefined for one run only. */
    readonly every: number | undefined;
    readonly run: () => void;
  }

  const LONGEST = 2 ** 31 - 1;
  /** How many timers a call may have. */
  const MAX_TIMERS = 10_000;
  const { flags } = scope;
  const byId = new Map<number, Timer>();
  /** The timers of each call in the order in which they are due, those that were cleared meanwhile included. */
  const queues = new Map<number, Timer[]>();
  let last = 0;

  const now = (): number => Number(scope.ask("now", ""));

  function add(name: string, callback: unknown, delay: unknown, repeat: boolean, args: unknown[]): number {
    if (typeof callback !== "function") throw new TypeError(`${name}: expected a function, got ${typeof callback}`);
    const call = scope.currentCall();
    const queue = queues.get(call) ?? [];
    if (queue.length >= MAX_TIMERS) forgetCleared(queue);
    if (queue.length >= MAX_TIMERS) throw new RangeError(`${name}: a call may have at most ${MAX_TIMERS} timers`);
    const given = Math.trunc(Number(delay));
    const ms = given > 0 && given <= LONGEST ? given : repeat ? 1 : 0;
    const run = (): void => void Reflect.apply(callback, undefined, args);
    const timer: Timer = { id: ++last, call, due: now() + ms, every: repeat ? ms : undefined, run };
    byId.set(timer.id, timer);
    queues.set(call, queue);
    enqueue(queue, timer);
    flags[2]! |= 1;
    return timer.id;
  }

  function enqueue(queue: Timer[], timer: Timer): void {
    let low = 0;
    for (let high = queue.length; low < high;) {
      const middle = (low + high) >>> 1;
      if (queue[middle]!.due <= timer.due) low = middle + 1;
      else high = middle;
    }
    queue.splice(low, 0, timer);
  }

  function forgetCleared(queue: Timer[]): void {
    const left = queue.filter(({ id }) => byId.has(id));
    queue.length = 0;
    for (const timer of left) queue.push(timer);
  }

  /** A call can only clear its own timers. */
  function clear(id: unknown): void {
    if (typeof id !== "number" && typeof id !== "string") return;
    const timer = byId.get(Number(id));
    if (timer !== undefined && timer.call === scope.currentCall()) byId.delete(timer.id);
  }

  /** Returns the first timer of a queue that was not cleared. */
  function firstOf(queue: Timer[] | undefined): Timer | undefined {
    while (queue !== undefined && queue.length > 0) {
      if (byId.has(queue[0]!.id)) return queue[0];
      queue.shift();
    }
    return undefined;
  }

  scope.timerDelay = (call) => {
    const first = firstOf(queues.get(call));
    return first === undefined ? -1 : Math.max(0, first.due - now());
  };

  scope.runTimer = (call) => {
    const queue = queues.get(call);
    const timer = firstOf(queue);
    if (timer === undefined || timer.due > now()) return false;
    queue!.shift();
    if (timer.every === undefined) byId.delete(timer.id);
    else {
      timer.due = now() + timer.every;
      enqueue(queue!, timer);
    }
    timer.run();
    return true;
  };

  scope.dropTimers = (call) => {
    for (const { id } of queues.get(call) ?? []) byId.delete(id);
    queues.delete(call);
  };

  // methods, because those are no constructors
  const api = {
    setTimeout(callback: unknown, delay?: unknown, ...args: unknown[]): number {
      return add("setTimeout", callback, delay, false, args);
    },
    setInterval(callback: unknown, delay?: unknown, ...args: unknown[]): number {
      return add("setInterval", callback, delay, true, args);
    },
    setImmediate(callback: unknown, ...args: unknown[]): number {
      return add("setImmediate", callback, 0, false, args);
    },
    clearTimeout(id?: unknown): void {
      clear(id);
    },
    clearInterval(id?: unknown): void {
      clear(id);
    },
    clearImmediate(id?: unknown): void {
      clear(id);
    },
  };
  for (const [name, value] of Object.entries(api)) scope.expose(name, value);
}
