import { isError, isList, isMap, kindOf, type Value } from "../value/mod.ts";
import { encodeJson } from "./json.ts";
import { parseMediaType } from "./media_type.ts";
import { badResponse } from "./response_header.ts";

/** The content type of a stream of server-sent events. */
export const EVENT_STREAM = "text/event-stream";

const FIELDS: ReadonlySet<string> = new Set(["event", "data", "id", "retry"]);
const LINE = /\r\n|\r|\n/;

/** Reports whether a content type is that of server-sent events. */
export function isEventStream(contentType: string): boolean {
  return contentType.startsWith("text/event") && parseMediaType(contentType)?.type === EVENT_STREAM;
}

/**
 * Encodes a server-sent event: a map with no keys other than `event`, `data`, `id` and `retry`, or the data of one.
 * Data that is no string becomes JSON, and each of its lines a line of its own.
 *
 * @throws {Failure} `bad_response` for a field that would break the stream.
 *
 * @example
 * ```ts
 * encodeEvent({ event: "price", data: { cents: 5 } }); // "event: price\ndata: {\"cents\":5}\n\n"
 * ```
 */
export function encodeEvent(value: Value): string {
  if (!isEvent(value)) return `${dataLines(value)}\n`;
  const { event = null, data = null, id = null, retry = null } = value;
  let text = "";
  if (event !== null) text += `event: ${line("event", event)}\n`;
  if (id !== null) text += `id: ${line("id", id)}\n`;
  if (retry !== null) text += `retry: ${milliseconds(retry)}\n`;
  // without data a client only notes the id and the time to wait
  if (data !== null || (id === null && retry === null)) text += dataLines(data ?? "");
  return `${text}\n`;
}

/** Encodes one server-sent event, or a list of them. */
export function encodeEvents(value: Value): string {
  return isList(value) ? value.map(encodeEvent).join("") : encodeEvent(value);
}

function isEvent(value: Value): value is { [key: string]: Value } {
  if (value === null || typeof value !== "object" || !isMap(value)) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => FIELDS.has(key));
}

function dataLines(value: Value): string {
  const text = typeof value === "string" ? value : isError(value) ? value.message : encodeJson(value);
  return text.split(LINE).map((line) => `data: ${line}\n`).join("");
}

function line(field: string, value: Value): string {
  const text = typeof value === "object" ? undefined : String(value);
  if (text === undefined) throw badResponse(`invalid ${field} of an event, ${kindOf(value)}: expected text`);
  if (LINE.test(text) || text.includes("\0")) {
    throw badResponse(`invalid ${field} of an event ${JSON.stringify(text)}: expected one line`);
  }
  return text;
}

function milliseconds(value: Value): number {
  if (Number.isInteger(value) && Number(value) >= 0) return Number(value);
  throw badResponse(`invalid retry of an event ${JSON.stringify(value)}: expected a whole number of milliseconds`);
}

const HEARTBEAT = new TextEncoder().encode(":\n");
const NEWLINE = 10;

/**
 * Returns a stream of events with a comment in it whenever nothing was sent for a time, so that no proxy takes the
 * connection for dead, and one whose client is gone is noticed. A comment never stands inside a line.
 *
 * @param every In milliseconds.
 */
export function withHeartbeat(events: ReadableStream<Uint8Array>, every: number): ReadableStream<Uint8Array> {
  const reader = events.getReader();
  let next: Promise<ReadableStreamReadResult<Uint8Array>> | undefined;
  let whole = true;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      next ??= reader.read();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const idle = new Promise<void>((resolve) => timer = setTimeout(resolve, every));
      const read = await Promise.race([next, whole ? idle : next]).finally(() => clearTimeout(timer));
      if (typeof read !== "object") return controller.enqueue(HEARTBEAT);
      next = undefined;
      if (read.done) return controller.close();
      whole = read.value.length === 0 ? whole : read.value.at(-1) === NEWLINE;
      controller.enqueue(read.value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
