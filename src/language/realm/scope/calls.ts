import type { ArgumentState, RealmBridge, RealmScope } from "./realm_scope.ts";

/** Runs modules and calls, one at a time, and puts their results in the transfer. */
export function calls(scope: RealmScope): void {
  const { tags, transfer, lines, flags } = scope;
  const { RETURNED, THREW, PENDING } = tags;
  const SIZE = 16 * 1024 * 1024;
  const Bytes = Uint8Array; // what the engine allocates does not count, and must not fail
  let last = 0;
  let call = 0;
  let outcome: unknown = PENDING;
  /** The calls that wait, by their numbers. */
  const waiting = new Map<number, WaitingCall>();

  /** What is kept of a call while it waits and others run. */
  interface WaitingCall {
    readonly argument: ArgumentState;
    settled?: { readonly value: unknown; readonly failed: boolean };
  }

  scope.currentCall = () => call;

  function begin(): void {
    if (flags[2] !== 0) drop(call); // it was stopped
    call = ++last;
    outcome = PENDING;
    scope.forgetLazyMaps();
    scope.forgetReceivedErrors();
    if (flags[0] !== 0) scope.clearLines();
  }

  /** Forgets what a call has left pending. */
  function drop(number: number): void {
    waiting.delete(number);
    scope.dropTimers(number);
    scope.dropRequests(number);
    if (number === call) flags[2]! &= ~1;
  }

  function deliver(value: unknown): unknown {
    switch (typeof value) {
      case "number":
      case "boolean":
      case "undefined":
        return value;
      case "string":
        if (value.length <= SIZE) return value;
    }
    if (value === null) return null;
    scope.encodeValue(value, call);
    return RETURNED;
  }

  function fail(error: unknown): unknown {
    scope.encodeThrown(error, call);
    return THREW;
  }

  function valuesOf(names: readonly string[], global: object): unknown[] {
    return names.map((name) => (global as Record<string, unknown>)[name]);
  }

  function frozen(value: unknown): unknown {
    // bytes cannot be frozen
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
    for (const key of Reflect.ownKeys(value)) frozen((value as Record<string | symbol, unknown>)[key]);
    return Object.freeze(value);
  }

  /** Waits for the result of a call. It is kept if another call runs then, and ignored if the call has ended. */
  async function settle(promise: unknown, mine: number): Promise<void> {
    let settled: unknown;
    try {
      const value = await promise;
      if (mine !== call) return keep(mine, value, false);
      if (outcome !== PENDING) return; // a timer of the call has thrown
      settled = deliver(value);
    } catch (error) {
      if (mine !== call) return keep(mine, error, true);
      if (outcome !== PENDING) return;
      settled = fail(error);
    }
    outcome = settled;
  }

  function keep(number: number, value: unknown, failed: boolean): void {
    const kept = waiting.get(number);
    if (kept === undefined) return;
    kept.settled = { value, failed };
    flags[2]! |= 2;
  }

  const bridge: RealmBridge = {
    tags,
    transfer,
    lines,
    flags,
    clearLines: scope.clearLines,
    connect: scope.connect,
    seedRandom: scope.seedRandom,
    allocate: (length) => new Bytes(length),

    createGlobal: scope.createGlobal,
    hasGlobal: (name) => Object.hasOwn(globalThis, name),

    start(body, commonJs, globals, global, hasEnv) {
      begin();
      try {
        const own: { d?: unknown; o: unknown } = { o: scope.settable };
        const values = globals === "" ? [] : valuesOf(globals.split(","), global ?? scope.createGlobal());
        if (hasEnv) values.push(frozen(scope.decodeValue(call)));
        if (!commonJs) {
          Reflect.apply(body as () => void, undefined, [own, ...values]);
          return typeof own.d === "function" ? own.d : RETURNED;
        }
        const module: { exports?: unknown } = { exports: {} };
        Reflect.apply(body as () => void, module.exports, [own, module, module.exports, ...values]);
        const { exports } = module;
        const exported = typeof exports === "function" ? exports : (exports as { default?: unknown } | null)?.default;
        return typeof exported === "function" ? exported : RETURNED;
      } catch (error) {
        return fail(error);
      }
    },

    call(exported, argument, transferred) {
      begin();
      try {
        const value = (exported as (argument: unknown) => unknown)(transferred ? scope.decodeValue(call) : argument);
        if (typeof value === "object" && value !== null && typeof (value as PromiseLike<unknown>).then === "function") {
          settle(value, call);
          return PENDING;
        }
        return deliver(value);
      } catch (error) {
        return fail(error);
      }
    },

    outcome: () => outcome,
    requests: scope.requests,

    suspend() {
      waiting.set(call, { argument: scope.argumentState() });
      flags[2]! &= ~1;
      return scope.timerDelay(call);
    },

    resume(number) {
      if (flags[2] !== 0) drop(call); // it was stopped
      const { argument, settled } = waiting.get(number)!;
      waiting.delete(number);
      call = number;
      outcome = PENDING;
      scope.setArgumentState(argument);
      if (flags[0] !== 0) scope.clearLines();
      flags[2]! |= 1;
      if (settled === undefined) return;
      try {
        outcome = settled.failed ? fail(settled.value) : deliver(settled.value);
      } catch (error) {
        outcome = fail(error);
      }
    },

    runTimer() {
      try {
        return scope.runTimer(call);
      } catch (error) {
        outcome = fail(error);
        return true;
      }
    },

    settled() {
      flags[2]! &= ~2;
      return [...waiting].flatMap(([number, { settled }]) => settled === undefined ? [] : [number]).join();
    },

    answerRequest: scope.answerRequest,
    drop: (number) => drop(number ?? call),
    get number() {
      return call;
    },
  };
  Object.assign(scope, { bridge });
}
