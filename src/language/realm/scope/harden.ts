import type { RealmScope } from "./realm_scope.ts";

/**
 * Makes the realm's built-ins immutable and takes away what reaches out of it or lasts between calls. Run last: what
 * it walks over is what anyone can reach.
 */
export function harden(scope: RealmScope): void {
  const { getOwnPropertyDescriptor, getPrototypeOf, defineProperty, freeze } = Object;
  const { ownKeys, deleteProperty } = Reflect;
  const global = globalThis as unknown as Record<string | symbol, unknown>;
  const REMOVED = ["SharedArrayBuffer", "Atomics", "WebAssembly", "WeakRef", "FinalizationRegistry", "ShadowRealm"];
  // What can leave work for later. Code that never got hold of one, and has no async syntax, left none.
  const DEFERRING: [object, string][] = [
    [global, "Promise"],
    [global, "queueMicrotask"],
    [global, "AsyncDisposableStack"],
    [Array, "fromAsync"],
  ];
  // What code that extends a built-in assigns to: on the first ones anything, on the rest these.
  const EXTENDED = new Set<unknown>([Object, Function, Array, Map, Set, Promise, Date, Error]);
  const ASSIGNED = new Set<unknown>(["constructor", "name", "message", "toString", "valueOf", "toJSON"]);
  const TypedArray = getPrototypeOf(Uint8Array);
  const WATCHED = new Set<unknown>([Array, Promise, RegExp, TypedArray]);
  const made = new Set<object>();

  scope.isMended = (getter) => made.has(getter);

  scope.harden = () => {
    for (const name of REMOVED) delete global[name];
    removeTraces();
    const reached = new Set<object>();
    for (const key of ownKeys(global)) reachField(global, key, reached);
    for (const object of hidden()) reach(object, reached);
    for (const object of reached) if (Object.hasOwn(object, "constructor")) mend(object);
    for (const [holder, name] of DEFERRING) watch(holder, name);
    reached.forEach(freeze);
    made.forEach(freeze);
    Object.setPrototypeOf(global, Object.prototype);
    freeze(global);
  };

  /** Fields in which the engine notes what code did last, and hooks that it calls with objects of its own. */
  function removeTraces(): void {
    for (const key of ownKeys(RegExp)) {
      const field = getOwnPropertyDescriptor(RegExp, key)!;
      if (field.configurable && field.get !== undefined && key !== Symbol.species) deleteProperty(RegExp, key);
    }
    deleteProperty(Function.prototype, "caller");
    deleteProperty(Function.prototype, "arguments");
    deleteProperty(Intl, "v8BreakIterator");
    defineProperty(Error, "prepareStackTrace", { value: undefined, writable: false, configurable: false });
  }

  /** Objects that no global leads to, but syntax or a method's result does. */
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

  /**
   * A frozen field forbids to assign the same name on an object that inherits it; an accessor does not. Where the
   * engine's fast paths watch a field it stays as it is: to touch it would slow arrays and promises of every realm.
   */
  function mend(prototype: object): void {
    const { constructor } = prototype;
    const wholly = EXTENDED.has(constructor) || EXTENDED.has(getPrototypeOf(constructor));
    const watched = WATCHED.has(constructor) || getPrototypeOf(prototype) === TypedArray.prototype;
    for (const key of ownKeys(prototype)) {
      const field = getOwnPropertyDescriptor(prototype, key)!;
      if (!field.configurable || !field.writable || !(wholly || ASSIGNED.has(key))) continue;
      if (key === "then" || key === Symbol.iterator || (key === "constructor" && watched)) continue;
      const { value } = field;
      // Methods, unlike functions, have no `prototype`, which would be one more object that all share.
      const { get, set } = {
        get: () => value,
        set(this: unknown, assigned: unknown): void {
          if (this === prototype) throw new TypeError(`${String(key)} of a built-in cannot be changed`);
          const own = { value: assigned, writable: true, enumerable: true, configurable: true };
          defineProperty(this as object, key, own);
        },
      };
      made.add(get).add(set);
      defineProperty(prototype, key, { get, set, enumerable: field.enumerable!, configurable: false });
    }
  }

  function watch(holder: object, name: string): void {
    const value = (holder as Record<string, unknown>)[name];
    const { state } = scope;
    const get = (): unknown => {
      state[1] = 1;
      return value;
    };
    made.add(get);
    defineProperty(holder, name, { get, enumerable: false, configurable: false });
  }
}
