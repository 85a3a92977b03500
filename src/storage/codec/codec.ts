// This entry point is plain JavaScript. The package's main one loads native code where it can, and is no faster.
import { addExtension, Packr } from "msgpackr/pack";
import { fromErrorRecord, isError, setKey, toErrorRecord, type Value } from "../../value/mod.ts";
import { StorageError } from "../error.ts";

/** A value that MessagePack, as the package writes it, would not give back unchanged. */
class Special {
  constructor(readonly form: Form, readonly content?: unknown) {}
}

/** Forms of a `Special`. The numbers are part of the file format. */
enum Form {
  NegativeZero = 0,
  /** A map with `__proto__` among its keys, which the package renames: a list of alternating keys and values. */
  Map = 1,
  /** An error, as `toErrorRecord` returns it. */
  Error = 2,
  /** A `Map` in such a record: a list of alternating keys and values. */
  Record = 3,
}

addExtension({
  Class: Special,
  type: 1,
  write: ({ form, content }: Special) => [form, content],
  read: ([form, content]: [Form, unknown]) => revive(form, content),
});

const packr = new Packr({
  useRecords: false,
  variableMapSize: true,
  copyBuffers: true,
  useBigIntExtension: true,
  // Otherwise a map with a key "toJSON" would be taken for an object that converts itself.
  useToJSON: false,
});

/** Encodes a storable value as MessagePack. */
export function encode(value: Value): Uint8Array<ArrayBuffer> {
  // The package returns a view of a buffer that it reuses.
  return Uint8Array.from(packr.pack(special(value)));
}

/**
 * Decodes what `encode` wrote into an equal value.
 *
 * @throws {StorageError} `internal`, if the bytes are anything else.
 */
export function decode(bytes: Uint8Array): Value {
  try {
    return packr.unpack(bytes);
  } catch (cause) {
    throw damaged(cause);
  }
}

/** Returns the error for stored bytes that cannot be decoded. */
export function damaged(cause?: unknown): StorageError {
  return new StorageError("internal", "the stored data is damaged", { cause });
}

/** Returns the value with its special parts wrapped; the value itself, as in most cases, if it has none. */
function special(value: unknown): unknown {
  if (typeof value === "number") return Object.is(value, -0) ? new Special(Form.NegativeZero) : value;
  if (value === null || typeof value !== "object" || value instanceof Uint8Array || value instanceof Date) return value;
  if (isError(value)) return new Special(Form.Error, special(toErrorRecord(value)));
  if (value instanceof Map) return new Special(Form.Record, [...value].flatMap(([key, item]) => [key, special(item)]));
  if (Array.isArray(value)) {
    const marked = value.map(special);
    return marked.every((item, i) => item === value[i]) ? value : marked;
  }
  return specialMap(value as Record<string, unknown>);
}

function specialMap(map: Record<string, unknown>): unknown {
  if (Object.hasOwn(map, "__proto__")) {
    return new Special(Form.Map, Object.entries(map).flatMap(([key, item]) => [key, special(item)]));
  }
  let marked: Record<string, unknown> | undefined;
  for (const key of Object.keys(map)) {
    const value = special(map[key]);
    if (value !== map[key]) (marked ??= { ...map })[key] = value;
  }
  return marked ?? map;
}

function revive(form: Form, content: unknown): unknown {
  switch (form) {
    case Form.NegativeZero:
      return -0;
    case Form.Map: {
      const map: Record<string, unknown> = {};
      for (const [key, value] of pairs(content)) setKey(map, key as string, value);
      return map;
    }
    case Form.Error:
      return fromErrorRecord(content as Parameters<typeof fromErrorRecord>[0]);
    case Form.Record:
      return new Map(pairs(content));
    default:
      throw damaged();
  }
}

function* pairs(content: unknown): Iterable<[unknown, unknown]> {
  const items = content as unknown[];
  for (let i = 0; i < items.length; i += 2) yield [items[i], items[i + 1]];
}
