import { damaged, decode, encode } from "../../storage/codec/mod.ts";
import { isList, isMap, type Value } from "../../value/mod.ts";
import { Entry } from "../entry.ts";
import { withRegistryErrors } from "../errors.ts";
import { Id } from "../id.ts";
import { creation, type Operation, removal, replacement } from "../operation.ts";

/** Encodes a changeset as MessagePack: for each operation the number of its kind, then its entry, original, or both. */
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

/** Decodes what `encodeOperations` wrote. @throws {RegistryError} `internal`, if the bytes are anything else. */
export function decodeOperations(bytes: Uint8Array): Operation[] {
  return withRegistryErrors(() => listOf(decode(bytes)).map(toOperation));
}

/** Encodes entries as MessagePack. */
export function encodeEntries(entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  return encode(entries.map(fieldsOf));
}

/** Decodes what `encodeEntries` wrote. @throws {RegistryError} `internal`, if the bytes are anything else. */
export function decodeEntries(bytes: Uint8Array): Entry[] {
  return withRegistryErrors(() => listOf(decode(bytes)).map(toEntry));
}

function toOperation(operation: Value): Operation {
  const [kind, entry, original] = listOf(operation);
  switch (kind) {
    case 0:
      return creation(toEntry(entry));
    case 1:
      return replacement(toEntry(entry), toEntry(original));
    case 2:
      return removal(toEntry(entry));
    default:
      throw damaged();
  }
}

function fieldsOf({ id, kind, meta, data, origin }: Entry): Value {
  return origin === undefined ? [id.text, kind, meta, data] : [id.text, kind, meta, data, origin];
}

function toEntry(fields: Value | undefined): Entry {
  const [id, kind, meta, data, origin] = listOf(fields);
  if (typeof id !== "string" || typeof kind !== "string" || !isMap(meta) || data === undefined) throw damaged();
  return Entry.read(Id.parse(id), kind, meta, data, origin);
}

function listOf(value: Value | undefined): readonly Value[] {
  if (!isList(value)) throw damaged();
  return value;
}
