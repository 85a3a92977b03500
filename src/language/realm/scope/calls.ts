import type { RealmBridge, RealmScope } from "./realm_scope.ts";

/** Runs modules and calls, one at a time, and puts their results in the transfer. */
export function calls(scope: RealmScope): void {
  const { tags, transfer, lines, flags } = scope;
  const { RETURNED, THREW, PENDING } = tags;
  const SIZE = 16 * 1024 * 1024;
  let call = 0;
  let outcome: unknown = PENDING;

  function begin(): void {
    call++;
    outcome = PENDING;
    scope.forgetLazyMaps();
    scope.forgetReceivedErrors();
    if (flags[0] !== 0) scope.clearLines();
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

  /** Waits for the result of a call, and ignores it if the engine has begun another call in the meantime. */
  async function settle(promise: unknown, mine: number): Promise<void> {
    let settled: unknown;
    try {
      const value = await promise;
      if (mine !== call) return;
      settled = deliver(value);
    } catch (error) {
      if (mine !== call) return;
      settled = fail(error);
    }
    outcome = settled;
  }

  const bridge: RealmBridge = {
    tags,
    transfer,
    lines,
    flags,
    clearLines: scope.clearLines,
    connect: scope.connect,
    seedRandom: scope.seedRandom,
    allocate: (length) => new Uint8Array(length),

    createGlobal: scope.createGlobal,
    hasGlobal: (name) => Object.hasOwn(globalThis, name),

    start(body, commonJs, globals, global) {
      begin();
      try {
        const own: { d?: unknown; o: unknown } = { o: scope.settable };
        const values = globals === "" ? [] : valuesOf(globals.split(","), global ?? scope.createGlobal());
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
  };
  Object.assign(scope, { bridge });
}
