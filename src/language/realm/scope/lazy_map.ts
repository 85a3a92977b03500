import type { RealmScope } from "./realm_scope.ts";

/**
 * Creates maps some of whose fields are decoded when they are first read. To a snippet such a map is a plain object
 * that it may read, spread, write to and return.
 */
export function lazyMap(scope: RealmScope): void {
  type Fields = Record<string, unknown>;
  type Unread = { name: string; read: () => unknown };
  const NativeProxy = Proxy; // see `sizeGuards`
  let maps: LazyMap[] = [];

  scope.lazyMaps = () => maps;

  scope.setLazyMaps = (given) => {
    maps = given as LazyMap[];
  };

  scope.forgetLazyMaps = () => {
    if (maps.length > 0) maps = [];
  };

  class LazyMap implements ProxyHandler<Fields> {
    readonly proxy: object;

    constructor(readonly fields: Fields, readonly unread: Unread[]) {
      this.proxy = new NativeProxy(fields, this);
    }

    get(fields: Fields, key: string | symbol): unknown {
      const at = indexOf(this, key);
      return at < 0 ? fields[key as string] : readField(this, at);
    }

    set(fields: Fields, key: string | symbol, value: unknown, receiver: unknown): boolean {
      const at = receiver === this.proxy ? indexOf(this, key) : -1;
      if (at < 0) return Reflect.set(fields, key, value, receiver);
      fields[key as string] = value;
      this.unread.splice(at, 1);
      return true;
    }

    deleteProperty(fields: Fields, key: string | symbol): boolean {
      const at = indexOf(this, key);
      if (at >= 0) this.unread.splice(at, 1);
      return Reflect.deleteProperty(fields, key);
    }

    defineProperty(fields: Fields, key: string | symbol, descriptor: PropertyDescriptor): boolean {
      const at = indexOf(this, key);
      if (at >= 0 && !("value" in descriptor) && !("get" in descriptor)) readField(this, at);
      else if (at >= 0) this.unread.splice(at, 1);
      return Reflect.defineProperty(fields, key, descriptor);
    }

    /** Describes an unread field as a getter, so that listing the keys does not decode it. */
    getOwnPropertyDescriptor(fields: Fields, key: string | symbol): PropertyDescriptor | undefined {
      if (indexOf(this, key) < 0) return Reflect.getOwnPropertyDescriptor(fields, key);
      const get = Object.freeze(() => this.get(fields, key));
      return { get, enumerable: true, configurable: true };
    }

    preventExtensions(fields: Fields): boolean {
      while (this.unread.length > 0) readField(this, 0);
      return Reflect.preventExtensions(fields);
    }
  }

  function indexOf({ unread }: LazyMap, key: string | symbol): number {
    for (let i = 0; i < unread.length; i++) if (unread[i]!.name === key) return i;
    return -1;
  }

  function readField({ fields, unread }: LazyMap, at: number): unknown {
    const { name, read } = unread[at]!;
    const value = read();
    Object.defineProperty(fields, name, { value, writable: true, enumerable: true, configurable: true });
    unread.splice(at, 1);
    return value;
  }

  scope.lazyMap = (fields, unread) => {
    const map = new LazyMap(fields, unread);
    maps.push(map);
    return map.proxy;
  };

  scope.findLazyMap = (value) => {
    for (let i = 0; i < maps.length; i++) {
      if (maps[i]!.proxy === value) return { index: i, fields: maps[i]!.fields, unread: maps[i]!.unread };
    }
    return undefined;
  };
}
