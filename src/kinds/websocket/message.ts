import { encodeJson, parseJson } from "../../http/mod.ts";
import { failure, isError, isList, isMap, kindOf, Stream, type Value, type ValueMap } from "../../value/mod.ts";
import { type Audience, roomsOf } from "../net/rooms.ts";

/** What is sent as one message: text or bytes. */
export type Message = string | Uint8Array<ArrayBuffer>;

/** What texts are: texts, or JSON. */
export type Format = "text" | "json";

/** The number of text messages, as the protocol has it. */
export const TEXT = 1;
/** The number of binary messages. */
export const BINARY = 2;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Encodes a value as a message: text as text, bytes as bytes, anything else as JSON. Where texts are JSON, text is too.
 *
 * @throws {Failure} `not_a_value`, if there is no message that says the same.
 */
export function encodeMessage(value: Value, format: Format): Message {
  if (isError(value)) return encodeMessage(value.message, format);
  if (value instanceof Uint8Array) return value as Uint8Array<ArrayBuffer>;
  if (typeof value === "string" && format === "text") return value;
  if (value instanceof Stream) throw failure("a stream cannot be a message", { code: "not_a_value" });
  return encodeJson(value);
}

/** Decodes a message. @throws {Failure} `bad_request`, if it is not JSON where that is expected. */
export function decodeMessage(message: string | Uint8Array, format: Format): Value {
  return typeof message === "string" && format === "json" ? parseJson(message, "the message") : message;
}

/** Returns how many bytes a message has, or at least a number on the same side of a limit. */
export function sizeOf(message: string | Uint8Array, limit: number): number {
  if (typeof message !== "string") return message.length;
  // a character has one to three bytes for each of its units
  if (message.length > limit || message.length * 3 <= limit) return message.length;
  return encoder.encode(message).length;
}

/** A message, and to whom it is sent. */
export interface Outgoing {
  /** Undefined where the payload names nobody. */
  readonly to: Audience;
  /** Rooms and ids that do not get it. */
  readonly except: readonly string[];
  readonly message: Message;
}

/** The keys of what is sent, and those that the events of a connection have besides. */
const KEYS: ReadonlySet<string> = new Set(["to", "except", "type", "data"]);
const EVENT_KEYS: ReadonlySet<string> = new Set(["id", "rooms", "protocol", "client", "auth", "context", "url"]);

/**
 * Reads a payload that is to be sent: a map with `data` and, beside it, no keys but `to`, `except` and `type`, a message as
 * it was received, or the message itself.
 *
 * @throws {Error} If it is neither.
 */
export function readOutgoing(payload: Value, format: Format): Outgoing {
  if (!isAddressed(payload)) return { to: undefined, except: [], message: encodeMessage(payload, format) };
  const { to = null, except, type = null, data } = payload;
  const unknown = Object.keys(payload).find((key) => !KEYS.has(key) && !EVENT_KEYS.has(key));
  if (unknown !== undefined) throw invalid(`unknown field "${unknown}" of a message with to: expected data`);
  if (data === undefined) throw invalid("missing data of a message with to");
  if (type !== null && type !== TEXT && type !== BINARY) {
    throw invalid(`invalid type ${JSON.stringify(type)} of a message: expected 1 for text or 2 for bytes`);
  }
  const message = encodeMessage(data, format);
  return {
    to: to === null ? undefined : roomsOf(to, "to of a message"),
    except: roomsOf(except, "except of a message"),
    message: type === null ? message : asType(message, type),
  };
}

function isAddressed(payload: Value): payload is ValueMap {
  if (payload === null || typeof payload !== "object" || !isMap(payload)) return false;
  if (Object.hasOwn(payload, "to")) return true;
  // a client's own message may have a type and data too
  const { type = null } = payload;
  return Object.hasOwn(payload, "data") && (type === null || typeof type === "number") &&
    Object.keys(payload).every((key) => KEYS.has(key) || (type !== null && EVENT_KEYS.has(key)));
}

/**
 * Encodes what a process answers as a message. A message that was passed on as it came is that message again.
 *
 * @throws {Failure} `not_a_value`, if there is no message that says the same.
 */
export function encodeAnswer(answer: Value, format: Format): Message {
  if (answer === null || typeof answer !== "object" || !isMap(answer)) return encodeMessage(answer, format);
  const isPassedOn = typeof answer.type === "number" && !Object.hasOwn(answer, "to") && isAddressed(answer);
  return isPassedOn ? readOutgoing(answer, format).message : encodeMessage(answer, format);
}

function asType(message: Message, type: number): Message {
  if (type === BINARY) return typeof message === "string" ? encoder.encode(message) : message;
  if (typeof message === "string") return message;
  try {
    return decoder.decode(message);
  } catch {
    throw invalid("invalid data of a message of type 1: expected text, or bytes that are UTF-8");
  }
}

/** Who joins or leaves rooms. */
export interface Membership {
  readonly to: Audience;
  readonly rooms: readonly string[];
}

/** Reads a payload that names rooms: a name, a list of names, or a map with `rooms` and `to`. @throws {Error} If it is none. */
export function readMembership(payload: Value): Membership {
  const isMapOfRooms = payload !== null && typeof payload === "object" && isMap(payload) && !isList(payload);
  const { to = null, rooms = null }: ValueMap = isMapOfRooms ? payload : { rooms: payload };
  const names = roomsOf(rooms, "rooms");
  if (names.length === 0) throw invalid("missing rooms: expected a name or a list of names");
  return { to: to === null ? undefined : roomsOf(to, "to of rooms"), rooms: names };
}

/** Whose connections are closed, and how. */
export interface Closing {
  readonly to: Audience;
  readonly code: number;
  readonly reason: string;
}

/** The codes that one side may close with; others are for what happened to a connection. */
const CLOSE_CODES = new Set([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014]);
/** How long a reason may be, in bytes. */
const LONGEST_REASON = 123;

/** Reads a payload that closes connections: a map with `to`, `code` and `reason`. @throws {Error} If one is invalid. */
export function readClosing(payload: Value): Closing {
  const isClosing = payload !== null && typeof payload === "object" && isMap(payload);
  const { to = null, code = 1000, reason = "" }: ValueMap = isClosing ? payload : {};
  const number = Number(code);
  if (!CLOSE_CODES.has(number) && !(Number.isInteger(number) && number >= 3000 && number <= 4999)) {
    throw invalid(`invalid code ${JSON.stringify(code)} to close with: expected 1000, or 3000 to 4999`);
  }
  if (typeof reason !== "string" || sizeOf(reason, LONGEST_REASON) > LONGEST_REASON) {
    const shown = typeof reason === "string" ? `of ${encoder.encode(reason).length} bytes` : kindOf(reason);
    throw invalid(`invalid reason to close with, ${shown}: expected text of at most ${LONGEST_REASON} bytes`);
  }
  return { to: to === null ? undefined : roomsOf(to, "to of a close"), code: number, reason };
}

function invalid(message: string): Error {
  return failure(message, { code: "invalid" });
}
