// This entry point is plain JavaScript: the package's main one loads native code where it can, and works no better.
import { addExtension, Packr } from "msgpackr/pack";
import { fromErrorRecord, isError, isList, isMap, setKey, toErrorRecord, type Value } from "../../value/mod.ts";
import { Entry } from "../entry.ts";
import { RegistryError } from "../errors.ts";
import { Id } from "../id.ts";
import { creation, type Operation, removal, replacement } from "../operation.ts";

/** What MessagePack, as the package writes it, would not give back as it was. */
class Special {
  constructor(readonly form: Form, readonly content?: unknown) {}
}

/** These numbers are stored. */
enum Form {
  NegativeZero = 0,
  /** A map with `__proto__` among its keys, which the package renames: a list of keys and values by turns. */
  Map = 1,
  /** What `toErrorRecord` makes of an error. */
  Error = 2,
  /** A `Map` in such a record: a list of keys and values by turns. */
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
  // A map may have a key of that name.
  useToJSON: false,
});

/** A value as MessagePack. */
export function encode(value: Value): Uint8Array<ArrayBuffer> {
  // The package answers a part of a buffer that it goes on using.
  return Uint8Array.from(packr.pack(special(value)));
}

/**
 * Reads what `encode` wrote: the same value in every part.
 *
 * @throws {RegistryError} `internal`, if the bytes are something else.
 */
export function decode(bytes: Uint8Array): Value {
  try {
    return packr.unpack(bytes);
  } catch (cause) {
    throw new RegistryError("internal", "what is stored is damaged", { cause });
  }
}

/** A changeset as MessagePack: of each operation a number for its kind, then the entry, the original, or both. */
export function encodeOperations(operations: readonly Operation[]): Uint8Array<ArrayBuffer> {
  return encode(operations.map((operation): Value => {
    switch (operation.kind) {
      case "create":
        return [0, fieldsOf(operation.entry)];
      case "update":
        return [1, fieldsOf(operation.entry), fieldsOf(operation.original)];
      case "delete":
        return [2, fieldsOf(operation.original)];
    }
  }));
}

/** Reads what `encodeOperations` wrote. @throws {RegistryError} `internal`, if the bytes are something else. */
export function decodeOperations(bytes: Uint8Array): Operation[] {
  return listOf(decode(bytes)).map((operation) => {
    const [kind, entry, original] = listOf(operation);
    switch (kind) {
      case 0:
        return creation(entryOf(entry));
      case 1:
        return replacement(entryOf(entry), entryOf(original));
      case 2:
        return removal(entryOf(entry));
      default:
        return damaged();
    }
  });
}

/** Entries as MessagePack. */
export function encodeEntries(entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  return encode(entries.map(fieldsOf));
}

/** Reads what `encodeEntries` wrote. @throws {RegistryError} `internal`, if the bytes are something else. */
export function decodeEntries(bytes: Uint8Array): Entry[] {
  return listOf(decode(bytes)).map(entryOf);
}

function fieldsOf({ id, kind, meta, data, origin }: Entry): Value {
  return origin === undefined ? [id.text, kind, meta, data] : [id.text, kind, meta, data, origin];
}

function entryOf(fields: Value | undefined): Entry {
  const [id, kind, meta, data, origin] = listOf(fields);
  if (typeof id !== "string" || typeof kind !== "string" || !isMap(meta) || data === undefined) return damaged();
  return Entry.read(Id.parse(id), kind, meta, data, origin);
}

function listOf(value: Value | undefined): readonly Value[] {
  return isList(value) ? value : damaged();
}

function damaged(): never {
  throw new RegistryError("internal", "what is stored is damaged");
}

/** The value with everything special in it marked; the value itself, as it mostly is, if nothing is. */
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
      return damaged();
  }
}

function* pairs(content: unknown): Iterable<[unknown, unknown]> {
  const items = content as unknown[];
  for (let i = 0; i < items.length; i += 2) yield [items[i], items[i + 1]];
}
