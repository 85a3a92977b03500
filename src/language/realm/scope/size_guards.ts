import type { RealmScope } from "./realm_scope.ts";

/**
 * Guards the built-ins for which V8 allocates a list as long as what they are given: it ends the whole program if that is
 * longer than any list can be, so they throw a RangeError first. What they are given is read once, because an object may
 * answer differently the second time.
 */
export function sizeGuards(scope: RealmScope): void {
  /** How long a list may be that is sorted, and a string that is split, matched, replaced in or parsed as JSON. */
  const MAX_LENGTH = 100_000_000;
  const { isArray } = Array;
  const NativeProxy = Proxy;
  const replace = scope.replaceMethods = (holder, methods) => {
    for (const key of Reflect.ownKeys(methods)) {
      const native = Object.getOwnPropertyDescriptor(holder, key)!;
      const { name, length } = native.value as () => unknown;
      const method = methods[key as string]!;
      Object.defineProperty(method, "name", { value: name, configurable: true });
      Object.defineProperty(method, "length", { value: length, configurable: true });
      Object.defineProperty(holder, key, { ...native, value: method });
    }
  };

  /** The proxies of lists. Each counts as a list, and may answer what it likes. */
  const proxies = new WeakSet<object>();

  /** Returns a function that calls a method on its first argument. */
  const unbound = Function.prototype.bind.bind(Function.prototype.call) as unknown as <This, Args extends unknown[], R>(
    method: (this: This, ...args: Args) => R,
  ) => (receiver: unknown, ...args: unknown[]) => R;
  const isProxy = unbound(WeakSet.prototype.has);
  const addProxy = unbound(WeakSet.prototype.add);
  const sort = unbound(Array.prototype.sort);
  const toSorted = unbound(Array.prototype.toSorted);
  const { parse } = JSON;
  const indexOf = unbound(String.prototype.indexOf);
  const split = unbound(String.prototype.split as (separator: string, limit?: number) => string[]);

  function check(method: string, length: number, what: string): void {
    if (length <= MAX_LENGTH) return;
    throw new RangeError(`${method}: invalid length ${length} of the ${what}: expected at most ${MAX_LENGTH}`);
  }

  /** Reports whether a value is a list whose length is what it says. */
  function isList(value: unknown): value is unknown[] {
    return isArray(value) && !isProxy(proxies, value);
  }

  /** Reads what looks like a list, once. @param holes Whether missing items count as undefined, or not at all. */
  function readList(
    method: string,
    list: Record<number, unknown> & { length?: unknown },
    holes: boolean,
  ): { items: unknown[]; length: number } {
    const length = Math.max(0, Math.trunc(+(list.length as number)) || 0);
    check(method, length, "list");
    const items: unknown[] = [];
    for (let i = 0; i < length; i++) if (holes || i in list) items.push(list[i]);
    return { items, length };
  }

  function checkComparison(compare: unknown): void {
    if (compare === undefined || typeof compare === "function") return;
    throw new TypeError("The comparison function must be either a function or undefined");
  }

  function sortLike(list: Record<number, unknown>, compare: unknown): object {
    const { items, length } = readList("sort", list, false);
    sort(items, compare);
    for (let i = 0; i < items.length; i++) list[i] = items[i];
    for (let i = items.length; i < length; i++) if (i in list) delete list[i];
    return list;
  }

  function splitLike(receiver: unknown, separator: unknown, limit: unknown): unknown {
    if (receiver === undefined || receiver === null) return split(receiver, ""); // throws
    if (typeof separator === "object" && separator !== null || typeof separator === "function") {
      const method = (separator as { [Symbol.split]?: unknown })[Symbol.split];
      if (method !== undefined && method !== null) {
        return Reflect.apply(method as () => unknown, separator, [receiver, limit]);
      }
    }
    const text = textOf(receiver);
    const most = limit === undefined ? undefined : Number(limit) >>> 0;
    return splitText(text, separator === undefined ? undefined : textOf(separator), most);
  }

  function splitText(text: string, separator: string | undefined, limit: number | undefined): string[] {
    if (limit === undefined || limit > MAX_LENGTH) check("split", text.length, "string");
    return split(text, separator, limit);
  }

  /** Converts a value to a string as built-ins do: not a symbol. */
  function textOf(value: unknown): string {
    return typeof value === "string" ? value : `${value}`;
  }

  replace(Array.prototype, {
    sort(this: unknown, compareFn: unknown): unknown {
      if (isList(this) && this.length <= MAX_LENGTH) return sort(this, compareFn);
      checkComparison(compareFn);
      return this === undefined || this === null ? sort(this) : sortLike(Object(this), compareFn);
    },

    toSorted(this: unknown, compareFn: unknown): unknown {
      if (isList(this) && this.length <= MAX_LENGTH) return toSorted(this, compareFn);
      checkComparison(compareFn);
      return this === undefined || this === null
        ? toSorted(this)
        : sort(readList("toSorted", Object(this), true).items, compareFn);
    },
  });

  replace(String.prototype, {
    split(this: unknown, separator: unknown, limit: unknown): unknown {
      const isPlain = typeof this === "string" && this.length <= MAX_LENGTH;
      return isPlain ? split(this, separator, limit) : splitLike(this, separator, limit);
    },
  });

  replace(JSON, {
    parse(text: unknown, reviver: Parameters<typeof parse>[1]): unknown {
      const json = textOf(text);
      if (json.length > MAX_LENGTH) check("parse", json.length, "string");
      return parse(json, reviver);
    },
  });

  for (const key of [Symbol.match, Symbol.matchAll, Symbol.split] as const) {
    const method = unbound(RegExp.prototype[key] as (text: string, limit?: number) => unknown);
    const name = key.description!.slice("Symbol.".length);
    const { [key]: guarded } = {
      [key](this: unknown, string: unknown, limit: unknown): unknown {
        const text = textOf(string);
        if (text.length > MAX_LENGTH) check(name, text.length, "string");
        return method(this, text, limit);
      },
    };
    replace(RegExp.prototype, { [key]: guarded! });
  }

  const replaceIn = unbound(RegExp.prototype[Symbol.replace] as (text: string, by: string) => string);
  const { [Symbol.replace]: guardedReplace } = {
    [Symbol.replace](this: unknown, string: unknown, replacement: unknown): unknown {
      const text = textOf(string);
      const by = typeof replacement === "function" ? replacement : textOf(replacement);
      // V8 lists what a function returns for each match, or the parts of each replacement
      if (text.length > MAX_LENGTH / 100) check("replace", text.length * partsOf(by), "string");
      return replaceIn(this, text, by as string);
    },
  };
  replace(RegExp.prototype, { [Symbol.replace]: guardedReplace });

  /** Returns how many parts a replacement has at most; 0 if V8 makes no list of them. */
  function partsOf(replacement: unknown): number {
    if (typeof replacement !== "string") return 1;
    let parts = 0;
    for (let at = indexOf(replacement, "$"); at >= 0; at = indexOf(replacement, "$", at + 1)) parts += 2;
    return parts === 0 ? 0 : parts + 1;
  }

  function makeProxy(target: object, handler: ProxyHandler<object>): object {
    if (new.target === undefined) throw new TypeError("Constructor Proxy requires 'new'");
    const proxy = new NativeProxy(target, handler);
    if (isArray(target)) addProxy(proxies, proxy);
    return proxy;
  }

  const revocable = {
    revocable(target: object, handler: ProxyHandler<object>): { proxy: object; revoke: () => void } {
      const made = NativeProxy.revocable(target, handler);
      if (isArray(target)) addProxy(proxies, made.proxy);
      return made;
    },
  };
  // a bound function has no `prototype`, as the native one has none
  const guardedProxy = makeProxy.bind(undefined);
  Object.defineProperty(guardedProxy, "revocable", Object.getOwnPropertyDescriptor(NativeProxy, "revocable")!);
  Object.defineProperty(guardedProxy, "name", { value: "Proxy" });
  replace(guardedProxy, revocable);
  replace(globalThis, { Proxy: guardedProxy });

  const sourceOf = unbound(Function.prototype.toString);
  replace(Function.prototype, {
    toString(this: unknown): string {
      const isBuiltIn = typeof this === "function" && scope.builtIns.has(this);
      return isBuiltIn ? `function ${this.name}() { [native code] }` : sourceOf(this);
    },
  });
}
