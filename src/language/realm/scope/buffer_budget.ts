import type { RealmScope } from "./realm_scope.ts";

/**
 * Gives array buffers a budget, which V8's limit of the heap does not cover: whatever allocates one counts, and asks the
 * engine from time to time how many bytes are in use.
 */
export function bufferBudget(scope: RealmScope): void {
  /** How many bytes the array buffers of an executor may have together. */
  const MAX_BUFFERS = 256 * 1024 * 1024;
  const STEP = 4 * 1024 * 1024; // bytes after which the engine is asked again
  const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf } = Object;
  const { apply, construct, ownKeys } = Reflect;
  const global = globalThis as unknown as Record<string, NativeConstructor>;
  const TypedArray = getPrototypeOf(Uint8Array) as { prototype: object };
  const byteLength = getOwnPropertyDescriptor(TypedArray.prototype, "byteLength")!.get!;
  const buffer = getOwnPropertyDescriptor(TypedArray.prototype, "buffer")!.get!;
  let allocated = 0; // bytes since the engine was asked

  type Method = (this: unknown, ...args: unknown[]) => unknown;
  type NativeConstructor = (new (...args: unknown[]) => object) & { BYTES_PER_ELEMENT: number; prototype: object };

  /** @throws {RangeError} If so many bytes more exceed the budget. */
  function charge(bytes: number): void {
    if (!(bytes > 0)) return;
    allocated += bytes;
    if (allocated >= STEP) ask(bytes);
  }

  function ask(bytes: number): void {
    allocated = 0;
    if (Number(scope.ask("buffers", "")) + bytes <= MAX_BUFFERS) return;
    // what nobody holds any more does not count
    const used = Number(scope.ask("collect", ""));
    if (used + bytes <= MAX_BUFFERS) return;
    const together = `at most ${MAX_BUFFERS} bytes together, of which ${used} are in use`;
    throw new RangeError(`invalid array buffer of ${bytes} bytes: expected ${together}`);
  }

  /** Puts a constructor in the place of a native one. It has its prototype and its fields, and looks the same. */
  function substitute(
    name: string,
    Native: NativeConstructor,
    make: Method & { new (...args: never[]): object },
  ): void {
    setPrototypeOf(make, getPrototypeOf(Native));
    for (const key of ownKeys(Native)) defineProperty(make, key, getOwnPropertyDescriptor(Native, key)!);
    defineProperty(Native.prototype, "constructor", { value: make });
    defineProperty(globalThis, name, { value: make });
  }

  function substituteArray(name: string): void {
    const Native = global[name]!;
    const size = Native.BYTES_PER_ELEMENT;
    const made = function (this: unknown, source: unknown, offset: unknown, length: unknown): object {
      if (new.target === undefined) throw new TypeError(`Constructor ${name} requires 'new'`);
      const isOwn = new.target === made;
      if (typeof source !== "object" && typeof source !== "function" || source === null) {
        const count = +(source as number);
        charge(count * size);
        return isOwn ? new Native(count) : construct(Native, [count], new.target);
      }
      const array = isOwn
        ? new Native(source, offset, length)
        : construct(Native, [source, offset, length], new.target);
      if (apply(buffer, array, []) !== source) charge(apply(byteLength, array, []));
      return array;
    } as unknown as Method & { new (...args: never[]): object };
    substitute(name, Native, made);
  }

  /** Counts what a method allocates, after the fact: its size depends on what is there already. */
  function charging(holder: object, ...names: string[]): void {
    for (const name of names) {
      const native = (holder as Record<string, Method>)[name]!;
      const { [name]: method } = {
        [name](this: unknown, ...args: unknown[]): unknown {
          const array = apply(native, this, args);
          charge(apply(byteLength, array, []));
          return array;
        },
      };
      scope.replaceMethods(holder, { [name]: method! });
    }
  }

  /** Counts what a method of a buffer asks for, before. */
  function chargingLength(...names: ("resize" | "transfer" | "transferToFixedLength")[]): void {
    for (const name of names) {
      const native = ArrayBuffer.prototype[name] as Method;
      const { [name]: method } = {
        [name](this: unknown, length: unknown): unknown {
          if (length === undefined) return apply(native, this, []);
          const bytes = +(length as number);
          charge(bytes);
          return apply(native, this, [bytes]);
        },
      };
      scope.replaceMethods(ArrayBuffer.prototype, { [name]: method! });
    }
  }

  const NativeBuffer = ArrayBuffer;
  const makeBuffer = function (this: unknown, length: unknown, options: unknown): object {
    if (new.target === undefined) throw new TypeError("Constructor ArrayBuffer requires 'new'");
    const bytes = +(length as number);
    charge(bytes);
    return construct(
      NativeBuffer,
      [bytes, options],
      new.target as unknown as Method === makeBuffer ? NativeBuffer : new.target,
    );
  } as unknown as Method & { new (...args: never[]): object };

  charging(TypedArray.prototype, "toReversed", "toSorted", "with");
  charging(Uint8Array, "fromBase64", "fromHex");
  chargingLength("resize", "transfer", "transferToFixedLength");
  // all other methods make their arrays by the constructors
  const sizes = [
    "Int8",
    "Uint8",
    "Uint8Clamped",
    "Int16",
    "Uint16",
    "Int32",
    "Uint32",
    "BigInt64",
    "BigUint64",
    "Float16",
  ];
  for (const type of [...sizes, "Float32", "Float64"]) substituteArray(`${type}Array`);
  substitute("ArrayBuffer", NativeBuffer as unknown as NativeConstructor, makeBuffer);
}
