import {
  decodeField,
  type Failure,
  failure,
  isError,
  isMap,
  type LazyField,
  type LazyParts,
  lazyParts,
  PACKET_LIMITS,
  Stream,
  type Value,
} from "../../value/mod.ts";
import type { RealmBridge } from "./scope/realm_scope.ts";

// Taken now: an executor deletes the web's globals before it runs user code.
const utf8 = new TextDecoder("utf-8", { fatal: true });
const setBytes = Uint8Array.prototype.set;

/** The decoders that a realm has of its own. */
const OWN_DECODERS = new Set(["json", "form", "text", "header"]);

/** How long the marshal may get: of the largest packet it takes at most three cells a value. */
const CELLS = 4 * PACKET_LIMITS.nodes;

/** What a value held that the realm gets only an index of. */
export interface Given {
  streams: Stream[];
  errors: Failure[];
  lazy: LazyParts[];
}

/** A value that held none. */
export const NOTHING_GIVEN: Given = { streams: [], errors: [], lazy: [] };

/** Writes a value on a realm's marshal, for the realm to copy. */
export class RealmEncoder {
  readonly #bridge: RealmBridge;
  readonly #marshal: unknown[];
  #at = 0;
  #given: Given = NOTHING_GIVEN;

  constructor(bridge: RealmBridge) {
    this.#bridge = bridge;
    this.#marshal = bridge.marshal;
  }

  /** @throws {Failure} If the value is nested deeper than a packet may be, or is no payload. */
  write(value: Value): Given {
    this.#at = 0;
    this.#given = NOTHING_GIVEN;
    this.#write(value, PACKET_LIMITS.depth);
    return this.#given;
  }

  #put(cell: unknown): void {
    this.#marshal[this.#at++] = cell;
  }

  /** What is given, to be added to. */
  #own(): Given {
    return this.#given === NOTHING_GIVEN ? this.#given = { streams: [], errors: [], lazy: [] } : this.#given;
  }

  #write(value: unknown, depth: number): void {
    if (value === undefined) this.#put(null);
    else if (value === null || typeof value !== "object") {
      if (typeof value === "symbol" || typeof value === "function") refuse(`a ${typeof value}`);
      this.#put(value);
    } else this.#writeObject(value, depth);
  }

  #writeObject(value: object, depth: number): void {
    const { tags } = this.#bridge;
    if (depth === 0) tooLarge(`nested deeper than ${PACKET_LIMITS.depth}`);
    if (this.#at > CELLS) tooLarge(`more than ${PACKET_LIMITS.nodes} values`);
    if (Array.isArray(value)) {
      this.#put(tags.LIST);
      this.#put(value.length);
      for (let i = 0; i < value.length; i++) this.#write(value[i], depth - 1);
    } else if (isMap(value)) {
      const lazy = lazyParts(value);
      if (lazy !== undefined) this.#writeLazyMap(lazy, depth);
      else this.#writeMap(value, depth);
    } else if (value instanceof Uint8Array) {
      const bytes = this.#bridge.bytes(value.length);
      setBytes.call(bytes, value);
      this.#put(tags.BYTES);
      this.#put(bytes);
    } else if (value instanceof Date) {
      this.#put(tags.DATE);
      this.#put(value.getTime());
    } else if (isError(value)) {
      this.#writeError(value, depth);
    } else if (value instanceof Stream) {
      this.#put(tags.STREAM);
      this.#put(this.#own().streams.push(value) - 1);
    } else refuse("an object of a class");
  }

  #writeMap(map: Record<string, unknown>, depth: number): void {
    const keys = Object.keys(map);
    this.#put(this.#bridge.tags.MAP);
    this.#put(keys.length);
    for (const key of keys) {
      this.#put(key);
      this.#write(map[key], depth - 1);
    }
  }

  #writeError(error: Failure, depth: number): void {
    const { name, message, code, details, cause } = error;
    this.#put(this.#bridge.tags.ERROR);
    this.#put(this.#own().errors.push(error) - 1);
    this.#put(String(name));
    this.#put(String(message));
    this.#put(code === undefined ? undefined : String(code));
    this.#put(undefined);
    if (details === undefined) this.#put(undefined);
    else this.#write(details, depth - 1);
    if (cause === undefined) this.#put(undefined);
    else this.#write(isError(cause) ? cause : String(cause), depth - 1);
    const errors = error instanceof AggregateError ? error.errors.filter(isError) : undefined;
    this.#put(errors?.length ?? -1);
    for (const inner of errors ?? []) this.#write(inner, depth - 1);
  }

  #writeLazyMap(parts: LazyParts, depth: number): void {
    const { fields, lazy } = parts;
    const keys = Object.keys(fields);
    this.#put(this.#bridge.tags.LAZY);
    this.#own().lazy.push(parts);
    this.#put(keys.length);
    for (const key of keys) {
      this.#put(key);
      if (Object.hasOwn(lazy, key)) this.#writeField(lazy[key]!, depth - 1);
      else this.#write(fields[key], depth - 1);
    }
  }

  /** The raw text, if the realm can decode it by itself; otherwise the field's value, or the error that reading throws. */
  #writeField(field: LazyField, depth: number): void {
    const { decoder, source, parameter } = field;
    const text = OWN_DECODERS.has(decoder) && parameter === undefined ? rawText(source) : undefined;
    if (text === undefined) return this.#writeDecoded(field, depth);
    this.#put(this.#bridge.tags.RAW);
    this.#put(decoder);
    this.#write(text, 1);
  }

  #writeDecoded(field: LazyField, depth: number): void {
    let value: Value;
    try {
      value = decodeField(field);
    } catch (error) {
      this.#put(this.#bridge.tags.BROKEN);
      return this.#writeError(isError(error) ? error : failure(String(error)), depth);
    }
    this.#write(value, depth);
  }
}

function rawText(source: LazyField["source"]): string | readonly string[] | undefined {
  if (!(source instanceof Uint8Array)) return source;
  try {
    return utf8.decode(source);
  } catch {
    return undefined;
  }
}

function tooLarge(what: string): never {
  throw failure(`the value is too large: ${what}`, { code: "too_large" });
}

function refuse(what: string): never {
  throw failure(`${what} is no payload`, { code: "not_a_value" });
}
