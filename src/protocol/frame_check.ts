import {
  type Answer,
  checkJsonSize,
  type Codec,
  Encoded,
  Form,
  fromWire,
  kindOf,
  type LogLevel,
  measure,
  NONE,
  PACKET_LIMITS,
  type Value,
} from "../value/mod.ts";
import { ENCODED, Residency } from "./frame.ts";

/**
 * All that executors send is read by these functions: code that escapes the realm can post anything at all, so no
 * element of a frame is trusted to have its type.
 */

/** Reads an integer. @param what Names the element in the error. @throws {Error} If it is not a safe integer. */
export function readInteger(element: unknown, what: string): number {
  if (Number.isSafeInteger(element)) return element as number;
  throw new Error(`invalid ${what} ${nameOf(element)}: expected an integer`);
}

/** Reads a finite number of a frame. @throws {Error} If the element is not one. */
export function readNumber(element: unknown, what: string): number {
  if (typeof element === "number" && Number.isFinite(element)) return element;
  throw new Error(`invalid ${what} ${nameOf(element)}: expected a number`);
}

/** Reads a string. @param what Names the element in the error. @throws {Error} If it is not a string. */
export function readString(element: unknown, what: string): string {
  if (typeof element === "string") return element;
  throw new Error(`invalid ${what} ${nameOf(element)}: expected a string`);
}

/** The longest address of a packet that is taken from an executor, in characters. */
const MAX_ADDRESS = 20_000;

/** Reads the address of a packet. @throws {Error} If the element is neither null nor a string of a sensible length. */
export function readAddress(element: unknown): string | null {
  if (element === null) return null;
  const address = readString(element, "address of a packet");
  if (address.length <= MAX_ADDRESS) return address;
  throw new Error(`invalid address of a packet: expected at most ${MAX_ADDRESS} characters, got ${address.length}`);
}

/** Reads what an executor still holds of a process. @throws {Error} If the element is not a `Residency`. */
export function readResidency(element: unknown): Residency {
  if (element === Residency.Busy || element === Residency.Kept || element === Residency.Nothing) return element;
  throw new Error(`invalid residency ${nameOf(element)}`);
}

/** Reads the level of a log line. @throws {Error} If it is unknown. */
export function readLevel(element: unknown): LogLevel {
  if (element === "debug" || element === "info" || element === "warn" || element === "error") return element;
  throw new Error(`invalid log level ${nameOf(element)}`);
}

/** Reads a payload. @throws {Error} If it is not a value, or exceeds `PACKET_LIMITS`. */
export function readPayload(form: unknown, data: unknown): Value {
  const value = readValue(form, data);
  if (value === NONE) throw new Error("packet without a payload");
  return value;
}

/** Reads an answer. @throws {Error} If it is not a value, its form is unknown, or it exceeds `PACKET_LIMITS`. */
export function readAnswer(form: unknown, data: unknown, codecs: ReadonlyMap<number, Codec>): Answer | Encoded {
  if (typeof form !== "number" || form < ENCODED) return readValue(form, data);
  const codec = codecs.get(form - ENCODED);
  if (codec === undefined) throw new Error(`unknown codec ${form - ENCODED}`);
  if (!codec.isEncoded(data)) throw new Error(`invalid data ${nameOf(data)} for codec ${codec.number}`);
  return new Encoded(codec, data);
}

function readValue(form: unknown, data: unknown): Answer {
  if (form !== Form.Plain && form !== Form.Json && form !== Form.Tagged && form !== Form.None) {
    throw new Error(`invalid form ${nameOf(form)} of a payload`);
  }
  if (form === Form.Json) checkJsonSize(readString(data, "JSON of a payload"), PACKET_LIMITS);
  const value = fromWire(form, data);
  if (value === undefined) throw new Error("invalid payload: undefined");
  if (typeof value !== "object" || value === null) return value;
  const { clone } = measure(value);
  // a structured clone may hold objects that are not values
  if (form === Form.Plain && !clone) throw new Error("the payload does not match its form");
  return value;
}

/** Describes an element in an error message: a number, a short string, or the kind of value. */
export function nameOf(element: unknown): string {
  if (typeof element === "number" || typeof element === "bigint") return String(element);
  if (typeof element === "string") return JSON.stringify(element.slice(0, 20));
  return element === undefined ? "missing" : kindOf(element);
}
