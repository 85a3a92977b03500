import { failure, isError, joinBytes, kindOf, Stream, type Value } from "../value/mod.ts";
import { isUtf8 } from "./charset.ts";
import { encodeForm } from "./form.ts";
import { encodeJson } from "./json.ts";
import { formatOf, parseMediaType } from "./media_type.ts";
import { type BodyPart, encodeMultipart } from "./multipart_writer.ts";

/** A body that is to be sent. */
export interface RequestBody {
  /** Its `Content-Type`. */
  readonly type: string;
  /** In pieces where it is large or arrives over time. */
  readonly content: string | Uint8Array | Stream | readonly BodyPart[];
}

/**
 * Encodes a value as the body of a request.
 *
 * | value | without a type | with a type |
 * | --- | --- | --- |
 * | null | no body | no body, but `null` as JSON |
 * | string | `text/plain` | as it is, in UTF-8 |
 * | bytes, stream | `application/octet-stream` | as they are |
 * | date, error | `text/plain`, an error as its message | the same |
 * | map, list, number, boolean | JSON | JSON, a form or multipart, by the type |
 *
 * @returns Undefined for no body.
 * @throws {Failure} `invalid`, if the value cannot be sent as the type.
 */
export function encodeRequestBody(value: Value, type: string | undefined): RequestBody | undefined {
  const format = type === undefined ? undefined : formatOf(parseMediaType(type)?.type ?? "");
  if (value === null) return format === "json" ? { type: type!, content: "null" } : undefined;
  if (typeof value === "string") return { type: inUtf8(type ?? "text/plain; charset=utf-8"), content: value };
  if (value instanceof Uint8Array || value instanceof Stream) {
    return { type: type ?? "application/octet-stream", content: value };
  }
  if (format !== "json") {
    if (isError(value)) return encodeRequestBody(value.message, type);
    if (value instanceof Date) return encodeRequestBody(value.toJSON(), type);
  }
  if (format === "form") {
    const content = encodeForm(value);
    if (content !== undefined) return { type: type!, content };
    throw failure(
      `invalid body, ${kindOf(value)}: expected a map of strings, numbers, booleans and lists of them for ${type}`,
      { code: "invalid" },
    );
  }
  if (format === "multipart") {
    // a boundary that was received may occur in what is sent
    const boundary = `weft-${crypto.randomUUID()}`;
    return { type: `multipart/form-data; boundary=${boundary}`, content: joined(encodeMultipart(value, boundary)) };
  }
  return { type: type ?? "application/json", content: encodeJson(value) };
}

/** Returns a content type whose charset, if it names one, is that in which strings are sent. */
function inUtf8(type: string): string {
  const media = parseMediaType(type);
  return media === undefined || isUtf8(media.parameters.get("charset")) ? type : `${media.type}; charset=utf-8`;
}

/** Joins the parts of a body, unless some of them arrive over time. */
function joined(parts: readonly BodyPart[]): RequestBody["content"] {
  if (parts.some((part) => part instanceof Stream)) return parts;
  return joinBytes(parts as readonly Uint8Array[]);
}
