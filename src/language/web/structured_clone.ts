import type { RealmScope } from "../realm/scope/realm_scope.ts";

/** Defines `structuredClone`, including the transfer of array buffers. */
export function structuredClone(scope: RealmScope): void {
  const { isArray } = Array;
  const UNCLONEABLE = [Promise, WeakMap, WeakSet];
  const BOXED = [Number, String, Boolean, BigInt];

  function structuredClone(value: unknown, options?: { transfer?: Iterable<unknown> } | null): unknown {
    const transfer = new Set(options?.transfer ?? []);
    for (const item of transfer) {
      if (!(item instanceof ArrayBuffer)) throw uncloneable(item, "transferred");
    }
    const copies = new Map<object, object>();
    const copy = cloneOf(value, copies, transfer);
    for (const item of transfer) if (!copies.has(item as object)) (item as ArrayBuffer).transfer();
    return copy;
  }

  function uncloneable(value: unknown, done: string): Error {
    const what = typeof value === "object" ? Object.prototype.toString.call(value).slice(8, -1) : typeof value;
    return scope.webError(`a value of type ${what} cannot be ${done}`, "DataCloneError");
  }

  function cloneOf(value: unknown, copies: Map<object, object>, transfer: Set<unknown>): unknown {
    if (typeof value === "symbol" || typeof value === "function") throw uncloneable(value, "cloned");
    if (typeof value !== "object" || value === null) return value;
    const known = copies.get(value);
    if (known !== undefined) return known;

    const add = <T extends object>(copy: T): T => {
      copies.set(value, copy);
      return copy;
    };
    const clone = (part: unknown): unknown => cloneOf(part, copies, transfer);

    for (const type of BOXED) if (value instanceof type) return add(Object(value.valueOf()));
    if (value instanceof Date) return add(new Date(value.getTime()));
    if (value instanceof RegExp) return add(new RegExp(value.source, value.flags));
    if (value instanceof ArrayBuffer) return add(transfer.has(value) ? value.transfer() : value.slice(0));
    if (ArrayBuffer.isView(value)) return add(cloneView(value, clone));
    if (value instanceof Map) {
      const map = add(new Map());
      for (const [key, item] of [...value]) map.set(clone(key), clone(item));
      return map;
    }
    if (value instanceof Set) {
      const set = add(new Set());
      for (const item of [...value]) set.add(clone(item));
      return set;
    }
    if (value instanceof Error) return cloneError(value, add, clone);
    for (const type of UNCLONEABLE) if (value instanceof type) throw uncloneable(value, "cloned");
    const copy = add(isArray(value) ? new Array(value.length) : {}) as Record<string, unknown>;
    for (const key of Object.keys(value)) {
      const field = clone((value as Record<string, unknown>)[key]);
      Object.defineProperty(copy, key, { value: field, writable: true, enumerable: true, configurable: true });
    }
    return copy;
  }

  function cloneView(view: ArrayBufferView, clone: (part: unknown) => unknown): ArrayBufferView {
    const type = scope.typeOfView(view); // a subclass clones as its base
    const length = type === "DataView" ? undefined : scope.lengthOfArray(view);
    const { buffer: own, byteOffset, byteLength } = scope.bytesOf(view);
    const buffer = clone(own) as ArrayBuffer; // if it is transferred, the view is empty from here on
    const Type = (globalThis as unknown as Record<string, new (...args: unknown[]) => ArrayBufferView>)[type]!;
    return new Type(buffer, byteOffset, length ?? byteLength);
  }

  function cloneError(
    error: Error,
    add: <T extends object>(copy: T) => T,
    clone: (part: unknown) => unknown,
  ): Error {
    const Type = scope.errorTypes.get(String(error.name)) ?? Error;
    const copy = add(new Type(String(error.message)));
    if (Object.hasOwn(error, "cause")) {
      Object.defineProperty(copy, "cause", { value: clone(error.cause), writable: true, configurable: true });
    }
    Object.defineProperty(copy, "stack", { value: String(error.stack), writable: true, configurable: true });
    return copy;
  }

  scope.cloneValue = (value) => structuredClone(value);
  scope.expose("structuredClone", structuredClone);
}
