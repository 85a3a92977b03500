import { setKey, type Value, type ValueMap } from "./value.ts";

/** A field that is decoded when it is first read. It is plain data, so that it can be posted to a thread undecoded. */
export interface LazyField {
  /** The name of a decoder (see `defineDecoder`). */
  readonly decoder: string;
  /** The input of the decoder. */
  readonly source: string | readonly string[] | Uint8Array;
  /** A parameter of the decoder, such as a content type. */
  readonly parameter?: string;
}

/** Decodes the source of a field. @throws {Error} If the source is invalid. Reading the field throws it. */
export type Decoder = (source: LazyField["source"], parameter: string | undefined) => Value;

/** The parts of a lazy map. */
export interface LazyParts {
  /** All fields in order. A lazy field is null here until it is read. */
  readonly fields: ValueMap;
  /** The lazy fields. */
  readonly lazy: Readonly<Record<string, LazyField>>;
}

const decoders = new Map<string, Decoder>();

/** Registers a decoder. It must be registered on every thread that reads a lazy map with such a field. */
export function defineDecoder(name: string, decoder: Decoder): void {
  decoders.set(name, decoder);
}

/** Decodes a field. @throws {Error} From the decoder. */
export function decodeField(field: LazyField): Value {
  const decoder = decoders.get(field.decoder);
  if (decoder === undefined) throw new Error(`unknown decoder ${JSON.stringify(field.decoder)}`);
  return decoder(field.source, field.parameter);
}

const PARTS: unique symbol = Symbol("parts");

// Creating a proxy takes 11 ns, an object literal with three accessors 600. Only reads decode: with a trap for
// descriptors, `Object.keys` would decode everything.
class LazyMap implements ProxyHandler<Record<string, Value>> {
  #settled: string[] | undefined;

  constructor(readonly parts: LazyParts) {}

  get(target: Record<string, Value>, key: string | symbol): unknown {
    if (typeof key === "symbol") return key === PARTS ? this.parts : Reflect.get(target, key);
    this.#settle(target, key);
    return target[key];
  }

  #settle(target: Record<string, Value>, key: string): void {
    if (!Object.hasOwn(this.parts.lazy, key) || this.#settled?.includes(key)) return;
    const value = decodeField(this.parts.lazy[key]!);
    (this.#settled ??= []).push(key);
    setKey(target, key, value);
  }
}

/**
 * Returns a map that decodes its lazy fields on first use. It reads like a plain map, and is immutable like every
 * payload.
 *
 * @param parts The caller must not keep a reference to `fields`.
 */
export function lazyMap(parts: LazyParts): ValueMap {
  return new Proxy(parts.fields as Record<string, Value>, new LazyMap(parts));
}

/** Returns the parts of a lazy map, or undefined for any other value. */
export function lazyParts(value: unknown): LazyParts | undefined {
  if (value === null || typeof value !== "object") return undefined;
  return (value as { [PARTS]?: LazyParts })[PARTS];
}
