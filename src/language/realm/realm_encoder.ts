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

// Captured here because an executor deletes the web's globals before it runs user code.
const utf8 = new TextDecoder("utf-8", { fatal: true });
const setBytes = Uint8Array.prototype.set;

/** Decoders of lazy fields that a realm has itself. */
const OWN_DECODERS = new Set(["json", "form", "text", "header"]);

/** Maximum number of cells. The largest packet needs at most three for each of its values. */
const CELLS = 4 * PACKET_LIMITS.nodes;

/** Parts of a value that stay outside the realm, which only gets their index. */
export interface References {
  streams: Stream[];
  errors: Failure[];
  lazy: LazyParts[];
}

/** The references of a value that has none. Never changed. */
export const NO_REFERENCES: References = { streams: [], errors: [], lazy: [] };

/** Puts a value in a realm's transfer, from which the realm builds its own copy. */
export class RealmEncoder {
  readonly #bridge: RealmBridge;
  readonly #transfer: unknown[];
  #at = 0;
  #references: References = NO_REFERENCES;

  constructor(bridge: RealmBridge) {
    this.#bridge = bridge;
    this.#transfer = bridge.transfer;
  }

  /** @throws {Failure} `too_large` if it exceeds the limits of a packet, `not_a_value` if it is not a payload. */
  encode(value: Value): References {
    this.#at = 0;
    this.#references = NO_REFERENCES;
    this.#encode(value, PACKET_LIMITS.depth);
    return this.#references;
  }

  #put(cell: unknown): void {
    this.#transfer[this.#at++] = cell;
  }

  /** Returns the references of the value being encoded, for adding to them. */
  #ownReferences(): References {
    return this.#references === NO_REFERENCES
      ? this.#references = { streams: [], errors: [], lazy: [] }
      : this.#references;
  }

  #encode(value: unknown, depth: number): void {
    if (value === undefined) this.#put(null);
    else if (value === null || typeof value !== "object") {
      if (typeof value === "symbol" || typeof value === "function") notAValue(`a ${typeof value}`);
      this.#put(value);
    } else this.#encodeObject(value, depth);
  }

  #encodeObject(value: object, depth: number): void {
    const { tags } = this.#bridge;
    if (depth === 0) tooLarge(`nested deeper than ${PACKET_LIMITS.depth}`);
    if (this.#at > CELLS) tooLarge(`more than ${PACKET_LIMITS.nodes} values`);
    if (Array.isArray(value)) {
      this.#put(tags.LIST);
      this.#put(value.length);
      for (let i = 0; i < value.length; i++) this.#encode(value[i], depth - 1);
    } else if (isMap(value)) {
      const lazy = lazyParts(value);
      if (lazy !== undefined) this.#encodeLazyMap(lazy, depth);
      else this.#encodeMap(value, depth);
    } else if (value instanceof Uint8Array) {
      const bytes = this.#bridge.allocate(value.length);
      setBytes.call(bytes, value);
      this.#put(tags.BYTES);
      this.#put(bytes);
    } else if (value instanceof Date) {
      this.#put(tags.DATE);
      this.#put(value.getTime());
    } else if (isError(value)) {
      this.#encodeError(value, depth);
    } else if (value instanceof Stream) {
      this.#put(tags.STREAM);
      this.#put(this.#ownReferences().streams.push(value) - 1);
    } else notAValue("an object of a class");
  }

  #encodeMap(map: Record<string, unknown>, depth: number): void {
    const keys = Object.keys(map);
    this.#put(this.#bridge.tags.MAP);
    this.#put(keys.length);
    for (const key of keys) {
      this.#put(key);
      this.#encode(map[key], depth - 1);
    }
  }

  #encodeError(error: Failure, depth: number): void {
    const { name, message, code, details, cause } = error;
    this.#put(this.#bridge.tags.ERROR);
    this.#put(this.#ownReferences().errors.push(error) - 1);
    this.#put(String(name));
    this.#put(String(message));
    this.#put(code === undefined ? undefined : String(code));
    this.#put(undefined);
    if (details === undefined) this.#put(undefined);
    else this.#encode(details, depth - 1);
    if (cause === undefined) this.#put(undefined);
    else this.#encode(isError(cause) ? cause : String(cause), depth - 1);
    const errors = error instanceof AggregateError ? error.errors.filter(isError) : undefined;
    this.#put(errors?.length ?? -1);
    for (const inner of errors ?? []) this.#encode(inner, depth - 1);
  }

  #encodeLazyMap(parts: LazyParts, depth: number): void {
    const { fields, lazy } = parts;
    const keys = Object.keys(fields);
    this.#put(this.#bridge.tags.LAZY);
    this.#ownReferences().lazy.push(parts);
    this.#put(keys.length);
    for (const key of keys) {
      this.#put(key);
      if (Object.hasOwn(lazy, key)) this.#encodeField(lazy[key]!, depth - 1);
      else this.#encode(fields[key], depth - 1);
    }
  }

  /** Puts the raw string if the realm can decode it itself, otherwise the decoded value or the error of decoding it. */
  #encodeField(field: LazyField, depth: number): void {
    const { decoder, source, parameter } = field;
    const text = OWN_DECODERS.has(decoder) && parameter === undefined ? rawText(source) : undefined;
    if (text === undefined) return this.#encodeDecoded(field, depth);
    this.#put(this.#bridge.tags.RAW);
    this.#put(decoder);
    this.#encode(text, 1);
  }

  #encodeDecoded(field: LazyField, depth: number): void {
    let value: Value;
    try {
      value = decodeField(field);
    } catch (error) {
      this.#put(this.#bridge.tags.FAILED);
      return this.#encodeError(isError(error) ? error : failure(String(error)), depth);
    }
    this.#encode(value, depth);
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

function notAValue(what: string): never {
  throw failure(`${what} cannot be a payload`, { code: "not_a_value" });
}
