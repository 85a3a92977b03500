import { checkJsonSize, setKey } from "../../value/mod.ts";

/**
 * A batch as it crosses a pipe: the number of bytes that follow, the number of bytes of JSON, the JSON, and for each
 * `Uint8Array` in the batch its length and its bytes; all numbers in 32 bits, little-endian. What JSON cannot express is
 * a list that begins with `TAG`.
 */

/** The first item of a list that stands for something else. */
const TAG = "$";

/** What follows the tag. */
enum Kind {
  /** A list whose own first item is the tag: its items. */
  List = "l",
  /** The next of the byte parts. */
  Bytes = "b",
  /** NaN, an infinity or -0: as a string. */
  Number = "n",
  /** In hexadecimal, which takes no time to parse. */
  BigInt = "i",
  /** The time in milliseconds, or null. */
  Date = "d",
  /** A list of keys and values. */
  Map = "m",
  Undefined = "u",
}

/**
 * The most bytes that a message of an executor may have. The largest payload has 16 MiB of characters, of which one takes
 * seven bytes at most: a control character in JSON in JSON.
 */
export const MAX_MESSAGE = 128 * 2 ** 20;
/** What the JSON of a message of an executor may hold: four times as many values as a payload, as tags take some. */
export const MESSAGE_LIMITS = { depth: 1_000, nodes: 5_000_000 };

/** The bytes of a number. */
const WORD = 4;

// taken now: an executor removes these names before it runs user code
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Encodes a batch. @throws {Error} If it holds a function or a symbol, or its JSON is too long for a string. */
export function encodeMessage(batch: unknown): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const json = JSON.stringify(pack(batch, parts));
  let size = 2 * WORD;
  for (const part of parts) size += WORD + part.length;
  let message = new Uint8Array(size + json.length);
  const { read } = encoder.encodeInto(json, message.subarray(2 * WORD, 2 * WORD + json.length));
  let length = json.length;
  if (read < json.length) { // not all of it is ASCII
    const text = encoder.encode(json);
    length = text.length;
    message = new Uint8Array(size + length);
    message.set(text, 2 * WORD);
  }
  const words = new DataView(message.buffer);
  words.setUint32(0, message.length - WORD, true);
  words.setUint32(WORD, length, true);
  let at = 2 * WORD + length;
  for (const part of parts) {
    words.setUint32(at, part.length, true);
    message.set(part, at + WORD);
    at += WORD + part.length;
  }
  return message;
}

/**
 * Decodes a message.
 *
 * @param message Without its first number.
 * @throws {Error} If it is malformed, or its JSON exceeds `MESSAGE_LIMITS`.
 */
export function decodeMessage(message: Uint8Array<ArrayBuffer>): unknown {
  const words = new DataView(message.buffer, message.byteOffset, message.length);
  const length = message.length < WORD ? Infinity : words.getUint32(0, true);
  if (length > message.length - WORD) throw new Error("a message is shorter than its JSON");
  const json = decoder.decode(message.subarray(WORD, WORD + length));
  checkJsonSize(json, MESSAGE_LIMITS);
  const parts: Uint8Array[] = [];
  for (let at = WORD + length; at < message.length;) {
    const size = at + WORD > message.length ? Infinity : words.getUint32(at, true);
    if (size > message.length - at - WORD) throw new Error("a message is shorter than its bytes");
    // a copy, which does not keep the rest of the message
    parts.push(message.slice(at + WORD, at + WORD + size));
    at += WORD + size;
  }
  const reader = { parts, next: 0 };
  const batch = unpack(JSON.parse(json), reader);
  if (reader.next !== parts.length) throw new Error("a message has more byte parts than its JSON names");
  return batch;
}

/** Returns a value as JSON can write it: itself, if that is so anyway. */
function pack(value: unknown, parts: Uint8Array[]): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      return [TAG, Kind.Number, Object.is(value, -0) ? "-0" : String(value)];
    case "bigint":
      return [TAG, Kind.BigInt, value < 0n ? `-${(-value).toString(16)}` : value.toString(16)];
    case "undefined":
      return [TAG, Kind.Undefined];
    case "object":
      return value === null ? null : packObject(value, parts);
    default:
      throw new Error(`a ${typeof value} cannot be sent to another program`);
  }
}

function packObject(value: object, parts: Uint8Array[]): unknown {
  if (Array.isArray(value)) {
    const list = packList(value, parts);
    return value[0] === TAG ? [TAG, Kind.List, list] : list;
  }
  if (value instanceof Uint8Array) {
    parts.push(value);
    return [TAG, Kind.Bytes];
  }
  if (value instanceof Date) {
    const time = value.getTime();
    return [TAG, Kind.Date, Number.isNaN(time) ? null : time];
  }
  if (value instanceof Map) return [TAG, Kind.Map, packList([...value].flat(1), parts)];
  let packed: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const before = (value as Record<string, unknown>)[key];
    const after = pack(before, parts);
    if (after === before) continue;
    packed ??= { ...value };
    setKey(packed, key, after);
  }
  return packed ?? value;
}

function packList(list: readonly unknown[], parts: Uint8Array[]): readonly unknown[] {
  let packed: unknown[] | undefined;
  for (let at = 0; at < list.length; at++) {
    const after = pack(list[at], parts);
    if (after === list[at]) continue;
    packed ??= [...list];
    packed[at] = after;
  }
  return packed ?? list;
}

/** The byte parts of a message, which are taken in their order. */
interface Parts {
  readonly parts: readonly Uint8Array[];
  next: number;
}

/** Returns the value that a parsed one stands for. Lists and maps are changed in place. */
function unpack(value: unknown, parts: Parts): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value[0] === TAG ? unpackTagged(value, parts) : unpackList(value, parts);
  for (const key of Object.keys(value)) {
    const before = (value as Record<string, unknown>)[key];
    if (typeof before === "object" && before !== null) {
      setKey(value as Record<string, unknown>, key, unpack(before, parts));
    }
  }
  return value;
}

function unpackList(list: unknown[], parts: Parts): unknown[] {
  for (let at = 0; at < list.length; at++) {
    const before = list[at];
    if (typeof before === "object" && before !== null) list[at] = unpack(before, parts);
  }
  return list;
}

function unpackTagged([, kind, data]: unknown[], parts: Parts): unknown {
  switch (kind) {
    case Kind.List:
      if (Array.isArray(data)) return unpackList(data, parts);
      break;
    case Kind.Bytes:
      if (parts.next < parts.parts.length) return parts.parts[parts.next++];
      break;
    case Kind.Number:
      if (typeof data === "string") return Number(data);
      break;
    case Kind.BigInt:
      if (typeof data === "string" && /^-?[0-9a-f]+$/.test(data)) {
        return data.startsWith("-") ? -BigInt(`0x${data.slice(1)}`) : BigInt(`0x${data}`);
      }
      break;
    case Kind.Date:
      if (data === null) return new Date(NaN);
      if (typeof data === "number") return new Date(data);
      break;
    case Kind.Map:
      if (Array.isArray(data)) return mapOf(unpackList(data, parts));
      break;
    case Kind.Undefined:
      return undefined;
  }
  throw new Error("a message has an invalid tag");
}

function mapOf(list: readonly unknown[]): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let at = 0; at + 1 < list.length; at += 2) map.set(list[at], list[at + 1]);
  return map;
}
