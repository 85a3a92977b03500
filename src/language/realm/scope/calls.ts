import type { RealmBridge, RealmScope } from "./realm_scope.ts";

/** Runs modules and calls, one at a time, and hands their answers out. */
export function calls(scope: RealmScope): void {
  const { tags, marshal, lines, state } = scope;
  const { ANSWERED, THREW, WAITS } = tags;
  const SIZE = 16 * 1024 * 1024;
  let call = 0;
  let outcome: unknown = WAITS;

  function begin(): void {
    call++;
    outcome = WAITS;
    scope.forgetLazyMaps();
    scope.forgetGivenErrors();
    if (state[0] !== 0) scope.forgetLines();
  }

  function answer(value: unknown): unknown {
    switch (typeof value) {
      case "number":
      case "boolean":
        return value;
      case "undefined":
        return null;
      case "string":
        if (value.length <= SIZE) return value;
    }
    if (value === null) return null;
    scope.encodeValue(value, call);
    return ANSWERED;
  }

  function refuse(error: unknown): unknown {
    scope.writeThrown(error, call);
    return THREW;
  }

  /** A call that has ended, for the engine at least, hears no more of what it waited for. */
  async function follow(promise: unknown, mine: number): Promise<void> {
    let settled: unknown;
    try {
      const value = await promise;
      if (mine !== call) return;
      settled = answer(value);
    } catch (error) {
      if (mine !== call) return;
      settled = refuse(error);
    }
    outcome = settled;
  }

  const bridge: RealmBridge = {
    tags,
    marshal,
    lines,
    state,
    forgetLines: scope.forgetLines,
    seed: scope.seedRandom,
    bytes: (length) => new Uint8Array(length),

    start(body, commonJs) {
      begin();
      try {
        if (!commonJs) {
          const exports: { d?: unknown } = {};
          Reflect.apply(body as () => void, undefined, [exports]);
          return typeof exports.d === "function" ? exports.d : ANSWERED;
        }
        const module: { exports?: unknown } = { exports: {} };
        Reflect.apply(body as () => void, undefined, [module, module.exports]);
        const { exports } = module;
        const entry = typeof exports === "function" ? exports : (exports as { default?: unknown } | null)?.default;
        return typeof entry === "function" ? entry : ANSWERED;
      } catch (error) {
        return refuse(error);
      }
    },

    call(entry, argument, marshalled) {
      begin();
      try {
        const value = (entry as (argument: unknown) => unknown)(marshalled ? scope.decodeValue(call) : argument);
        if (typeof value === "object" && value !== null && typeof (value as PromiseLike<unknown>).then === "function") {
          follow(value, call);
          return WAITS;
        }
        return answer(value);
      } catch (error) {
        return refuse(error);
      }
    },

    outcome: () => outcome,
  };
  Object.assign(scope, { bridge });
}
