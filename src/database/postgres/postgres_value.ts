import { failure, isList, setKey, Stream, type Value, type ValueMap } from "../../value/mod.ts";
import { dateText, jsonText, notStorable } from "../json_text.ts";
import { arrayText, readArray } from "./postgres_array.ts";

/** A parameter as it is handed to the client: text, or a list, whose text depends on the type that the server asks for. */
export type PostgresInput = null | string | ListInput;

/** The text of a list, as JSON and as an array. */
export class ListInput {
  constructor(readonly list: readonly Value[], readonly position: number) {}

  /** Returns it for a parameter of an array's type. */
  toArray(): string {
    return arrayText(this.list, (value) => textOf(value, this.position));
  }

  /** Returns it for any other type. */
  toString(): string {
    return jsonText(this.list, this.position);
  }
}

/** Returns a value as PostgreSQL reads it. @throws {Failure} With a SQLSTATE, if it cannot be stored. */
export function toPostgres(value: Value, position: number): PostgresInput {
  if (value === null || value === undefined) return null;
  return isList(value) ? new ListInput(value, position) : textOf(value, position);
}

function textOf(value: Value, position: number): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "boolean":
    case "bigint":
      return String(value);
  }
  if (value instanceof Uint8Array) return `\\x${value.toHex()}`;
  if (value instanceof Date) return dateText(value, position);
  if (value instanceof Error || value instanceof Stream || value === null) throw notStorable(value, position);
  return jsonText(value, position);
}

/** The object ids of types whose values are no text. */
export enum Type {
  Bool = 16,
  Bytea = 17,
  Int8 = 20,
  Int2 = 21,
  Int4 = 23,
  Oid = 26,
  Json = 114,
  Float4 = 700,
  Float8 = 701,
  Timestamp = 1114,
  TimestampTz = 1184,
  Jsonb = 3802,
}

type Parse = (text: string) => Value;

const PARSERS: Readonly<Record<number, Parse>> = {
  [Type.Bool]: (text) => text === "t",
  [Type.Bytea]: readBytes,
  [Type.Int2]: Number,
  [Type.Int4]: Number,
  [Type.Oid]: Number,
  [Type.Int8]: (text) => {
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : BigInt(text);
  },
  [Type.Float4]: Number,
  [Type.Float8]: Number,
  [Type.Json]: (text) => JSON.parse(text) as Value,
  [Type.Jsonb]: (text) => JSON.parse(text) as Value,
  // the time of a clock without zone is read as UTC
  [Type.Timestamp]: (text) => readTime(text, `${text.replace(" ", "T")}Z`),
  [Type.TimestampTz]: (text) => readTime(text, text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00")),
};

function readTime(text: string, iso: string): Value {
  const time = new Date(iso);
  // infinity, and years that a date cannot hold
  return Number.isNaN(time.getTime()) ? text : time;
}

function readBytes(text: string): Uint8Array {
  if (!text.startsWith("\\x")) throw failure("the server sends bytes in another form: expected bytea_output hex");
  return Uint8Array.fromHex(text.slice(2));
}

/** Types of arrays: the type of their items and the character between them. */
export type ArrayTypes = ReadonlyMap<number, { readonly item: number; readonly delimiter: string }>;

/** A column as the client describes it. */
export interface Column {
  readonly name: string;
  readonly type: number;
}

/** Returns rows of texts as rows by column. */
export function rowsOf(
  columns: readonly Column[],
  rows: readonly (readonly (string | null)[])[],
  arrays: ArrayTypes,
): ValueMap[] {
  const parsers = columns.map(({ type }) => parserOf(type, arrays));
  return rows.map((row) => {
    const map: Record<string, Value> = {};
    for (let at = 0; at < columns.length; at++) {
      const text = row[at] ?? null;
      const parse = parsers[at];
      setKey(map, columns[at]!.name, text === null || parse === undefined ? text : parse(text));
    }
    return map;
  });
}

function parserOf(type: number, arrays: ArrayTypes): Parse | undefined {
  const array = arrays.get(type);
  if (array === undefined) return PARSERS[type];
  const parse = PARSERS[array.item] ?? ((text: string) => text);
  return (text) => readArray(text, array.delimiter, parse);
}
