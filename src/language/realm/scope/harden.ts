import type { RealmScope } from "./realm_scope.ts";

/**
 * Freezes the realm's built-ins, and removes those that reach outside the realm or keep state between calls. It runs
 * after all other parts and covers everything that a snippet can reach.
 */
export function harden(scope: RealmScope): void {
  const { getOwnPropertyDescriptor, getPrototypeOf, defineProperty, freeze } = Object;
  const { ownKeys, deleteProperty } = Reflect;
  const global = globalThis as unknown as Record<string | symbol, unknown>;
  const REMOVED = [
    "SharedArrayBuffer",
    "Atomics",
    "WebAssembly",
    "WeakRef",
    "FinalizationRegistry",
    "ShadowRealm",
    "gc",
  ];
  // Ways to queue microtasks. Code that uses none of them, and no async syntax, leaves no work behind.
  const DEFERRING: [object, string][] = [
    [global, "Promise"],
    [global, "queueMicrotask"],
    [global, "AsyncDisposableStack"],
    [Array, "fromAsync"],
  ];
  const TypedArray = getPrototypeOf(Uint8Array);
  // Fields that stay data, although an object that inherits one then cannot be assigned the same name (the override
  // mistake): V8's fast paths for lists, strings, patterns, bytes and promises need them as they are. Accessors in their
  // place make a spread 30 times slower, `map` of a list 10 times, `charCodeAt` 30 times. `settable` covers what code
  // does assign of them.
  const ASSIGNED = new Set<unknown>(["constructor", "toString", "valueOf", "toJSON"]);
  const PRIMITIVE = new Set<unknown>([String, Number, Boolean, Symbol, BigInt, RegExp]);
  const WATCHED = new Set<unknown>([Array, Promise, TypedArray]);
  const STATICS_KEPT = new Set<unknown>([Object, Function, String, Number, Boolean, Symbol, BigInt]);
  const made = new Set<object>();

  scope.isOverrideGetter = (getter) => made.has(getter);

  scope.harden = () => {
    for (const name of REMOVED) delete global[name];
    removeTraces();
    const reached = new Set<object>();
    for (const key of ownKeys(global)) reachField(global, key, reached);
    for (const object of hidden()) reach(object, reached);
    for (const object of reached) {
      if (Object.hasOwn(object, "constructor")) allowOverrides(object, (key) => isAssignable(object, key));
      else if (Object.hasOwn(object, "prototype") && !STATICS_KEPT.has(object)) {
        allowOverrides(object, isAssignableStatic);
      }
    }
    for (const [holder, name] of DEFERRING) watch(holder, name);
    scope.builtIns = reached;
    reached.forEach(freeze);
    reached.add(global);
    made.forEach(freeze);
    Object.setPrototypeOf(global, Object.prototype);
    freeze(global);
  };

  /** Removes fields that record what code did last, and hooks that the engine calls with its own objects. */
  function removeTraces(): void {
    for (const key of ownKeys(RegExp)) {
      const field = getOwnPropertyDescriptor(RegExp, key)!;
      if (field.configurable && field.get !== undefined && key !== Symbol.species) deleteProperty(RegExp, key);
    }
    deleteProperty(Function.prototype, "caller");
    deleteProperty(Function.prototype, "arguments");
    deleteProperty(Intl, "v8BreakIterator");
  }

  /** Returns the prototypes and accessors that are reached by syntax or a method's result, not from a global. */
  function hidden(): unknown[] {
    const segments = new Intl.Segmenter().segment("a");
    const strict = (function () {
      return arguments;
    })();
    const samples: unknown[] = [
      async () => {},
      function* () {},
      async function* () {},
      (function* () {})(),
      (async function* () {})(),
      [][Symbol.iterator](),
      new Map().entries(),
      new Set().values(),
      ""[Symbol.iterator](),
      "a".matchAll(/a/g),
      [].values().map(() => 0),
      Iterator.from({ next: () => ({ done: true, value: undefined }) }),
      segments,
      segments[Symbol.iterator](),
      strict,
    ];
    const stack = getOwnPropertyDescriptor(new Error(), "stack");
    const callee = getOwnPropertyDescriptor(strict, "callee");
    return [...samples.map(getPrototypeOf), stack?.get, stack?.set, callee?.get, callee?.set];
  }

  function reach(value: unknown, reached: Set<object>): void {
    if ((typeof value !== "object" || value === null) && typeof value !== "function") return;
    if (value === global || reached.has(value)) return;
    reached.add(value);
    reach(getPrototypeOf(value), reached);
    for (const key of ownKeys(value)) reachField(value, key, reached);
  }

  function reachField(holder: object, key: string | symbol, reached: Set<object>): void {
    const field = getOwnPropertyDescriptor(holder, key)!;
    reach(field.value, reached);
    reach(field.get, reached);
    reach(field.set, reached);
  }

  /** Reports whether a field of a prototype can be assigned on an object that inherits it. */
  function isAssignable(prototype: object, key: string | symbol): boolean {
    const { constructor } = prototype;
    if (key === "constructor") return !WATCHED.has(constructor) && getPrototypeOf(prototype) !== TypedArray.prototype;
    if (key === Symbol.iterator) return !WATCHED.has(constructor) && constructor !== String;
    return !PRIMITIVE.has(constructor) || ASSIGNED.has(key);
  }

  /** Reports whether a field of a constructor can be assigned on one that inherits it. */
  function isAssignableStatic(key: string | symbol): boolean {
    return key !== "isArray" && key !== "resolve" && key !== "fromAsync" && key !== "stackTraceLimit";
  }

  /**
   * Turns fields of a prototype into accessors. A frozen field would forbid assigning the same name on an object that
   * inherits it (the override mistake).
   */
  function allowOverrides(prototype: object, isAllowed: (key: string | symbol) => boolean): void {
    for (const key of ownKeys(prototype)) {
      const field = getOwnPropertyDescriptor(prototype, key)!;
      if (!field.configurable || !field.writable || !isAllowed(key)) continue;
      const { value } = field;
      // Methods, unlike functions, have no `prototype`, which would be another shared object.
      const { get, set } = {
        get: () => value,
        set(this: unknown, assigned: unknown): void {
          if (this === prototype) throw new TypeError(`cannot assign ${String(key)}: the built-in is read-only`);
          const own = { value: assigned, writable: true, enumerable: true, configurable: true };
          defineProperty(this as object, key, own);
        },
      };
      // By this name libraries that look up a built-in recognize an accessor that stands for a field.
      defineProperty(get, "originalValue", { value });
      made.add(get).add(set);
      defineProperty(prototype, key, { get, set, enumerable: field.enumerable!, configurable: false });
    }
  }

  /** Replaces a field by a getter that records its use. */
  function watch(holder: object, name: string): void {
    const value = (holder as Record<string, unknown>)[name];
    const { flags } = scope;
    const get = (): unknown => {
      flags[1] = 1;
      return value;
    };
    made.add(get);
    defineProperty(holder, name, { get, enumerable: false, configurable: false });
  }
}
