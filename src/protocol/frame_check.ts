import {
  type Answer,
  type Codec,
  Encoded,
  Form,
  fromWire,
  kindOf,
  type LogLevel,
  measure,
  NONE,
  type Value,
} from "../value/mod.ts";
import { ENCODED, Residency } from "./frame.ts";

/**
 * What executors send is read here and nowhere else: whoever escapes the realm can post anything at all, so nothing of a
 * frame is believed to have its type.
 */

/** A whole number of a frame. @param what Names it in the error. @throws {Error} If it is none. */
export function readWhole(element: unknown, what: string): number {
  if (Number.isSafeInteger(element)) return element as number;
  throw new Error(`${what} is ${nameOf(element)}, not a whole number`);
}

/** A text of a frame. @throws {Error} If it is none. */
export function readText(element: unknown, what: string): string {
  if (typeof element === "string") return element;
  throw new Error(`${what} is ${nameOf(element)}, not a text`);
}

/** What is left of a process. @throws {Error} If the element says nothing of the kind. */
export function readResidency(element: unknown): Residency {
  if (element === Residency.Busy || element === Residency.Kept || element === Residency.Nothing) return element;
  throw new Error(`the rest of a process is ${nameOf(element)}`);
}

/** How much a log line matters. @throws {Error} If the element is no level. */
export function readLevel(element: unknown): LogLevel {
  if (element === "debug" || element === "info" || element === "warn" || element === "error") return element;
  throw new Error(`the level of a log line is ${nameOf(element)}`);
}

/** A payload that is a value. @throws {Error} If it is none, or larger than a packet may be. */
export function readPayload(form: unknown, data: unknown): Value {
  const value = readValue(form, data);
  if (value === NONE) throw new Error("a packet has no payload");
  return value;
}

/** An answer. @throws {Error} If it is none, or in no form that is known, or larger than a packet may be. */
export function readAnswer(form: unknown, data: unknown, codecs: ReadonlyMap<number, Codec>): Answer | Encoded {
  if (typeof form !== "number" || form < ENCODED) return readValue(form, data);
  const codec = codecs.get(form - ENCODED);
  if (codec === undefined) throw new Error(`no codec has the number ${form - ENCODED}`);
  if (!codec.isEncoded(data)) throw new Error(`what codec ${codec.number} should have written is ${nameOf(data)}`);
  return new Encoded(codec, data);
}

function readValue(form: unknown, data: unknown): Answer {
  if (form !== Form.Plain && form !== Form.Json && form !== Form.Tagged && form !== Form.None) {
    throw new Error(`the form of a payload is ${nameOf(form)}`);
  }
  const value = fromWire(form, data);
  if (value === undefined) throw new Error("a payload is undefined");
  if (typeof value !== "object" || value === null) return value;
  const { clone } = measure(value);
  // a clone may be of what is no value at all
  if (form === Form.Plain && !clone) throw new Error("a payload is not what its form says");
  return value;
}

/** A number, a short text or a kind of value, as errors tell it. */
export function nameOf(element: unknown): string {
  if (typeof element === "number" || typeof element === "bigint") return String(element);
  if (typeof element === "string") return JSON.stringify(element.slice(0, 20));
  return element === undefined ? "missing" : kindOf(element);
}
