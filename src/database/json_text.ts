import { failure, kindOf, Stream, type Value } from "../value/mod.ts";

/** Returns a list or map as JSON. @throws {Failure} If it holds what JSON cannot express. */
export function jsonText(value: Value, position: number): string {
  return JSON.stringify(value, (_, part) => {
    if (typeof part === "bigint") {
      const number = Number(part);
      if (Number.isSafeInteger(number)) return number;
      throw invalidParameter(position, `JSON cannot hold ${part} exactly`, "22003");
    }
    if (part instanceof Uint8Array || part instanceof Error || part instanceof Stream) {
      throw invalidParameter(position, `JSON cannot hold a value of type ${kindOf(part)}`, "22023");
    }
    return part;
  });
}

/** Returns the error of a parameter that no database can store. @param code A SQLSTATE. */
export function invalidParameter(position: number, message: string, code: string): Error {
  return failure<string>(`parameter $${position}: ${message}`, { code });
}

/** Returns a date as text. @throws {Failure} If it is none. */
export function dateText(value: Date, position: number): string {
  if (Number.isNaN(value.getTime())) throw invalidParameter(position, "the date is invalid", "22007");
  return value.toISOString();
}

/** Returns the error of a value that is none of a database. */
export function notStorable(value: Value, position: number): Error {
  return invalidParameter(position, `a value of type ${kindOf(value)} cannot be stored`, "22023");
}
