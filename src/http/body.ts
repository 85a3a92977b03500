import { defineDecoder, type LazyField, type Value } from "../value/mod.ts";
import { decodeText, isUtf8 } from "./charset.ts";
import { contentEncodings, decompress } from "./content_encoding.ts";
import { parseForm } from "./form.ts";
import { findHeader, headerMap } from "./header.ts";
import { parseJson } from "./json.ts";
import { formatOf, parseMediaType } from "./media_type.ts";
import { parseMultipart } from "./multipart.ts";

const BODY = "the body";

/**
 * Describes the value of a body by its header, without decoding it: a value if there is nothing to decode, otherwise a
 * lazy field.
 *
 * | Content-Type | value |
 * | --- | --- |
 * | any, empty body | null |
 * | `application/json`, `+json` | the JSON value |
 * | `application/x-www-form-urlencoded` | `{name: [string]}` |
 * | `multipart/form-data` | `{values: {name: [value]}, files: {name: [{filename, header, size, data}]}}` |
 * | `text/*`, XML | string |
 * | other or none | bytes |
 *
 * Decoding throws an HTTP error with status 400, 413 or 415 if the body does not match its header.
 *
 * @param headers As written by `headerText`.
 * @param maxBody The size limit of the decompressed body, in bytes.
 */
export function bodyField(
  headers: string,
  bytes: Uint8Array,
  maxBody: number,
): { value: Value } | { lazy: LazyField } {
  if (bytes.length === 0) return { value: null };
  const type = findHeader(headers, "content-type");
  const encodings = contentEncodings(findHeader(headers, "content-encoding"));
  const media = type === undefined ? undefined : parseMediaType(type);
  const format = media === undefined ? "bytes" : formatOf(media.type);
  if (encodings.length > 0) return { lazy: contentField(bytes, type, encodings, maxBody) };
  if (format === "bytes") return { value: bytes };
  if (format === "multipart") return { lazy: { decoder: "multipart", source: bytes, parameter: type! } };
  if (!isUtf8(media!.parameters.get("charset"))) return { lazy: contentField(bytes, type, encodings, maxBody) };
  return { lazy: { decoder: format, source: bytes } };
}

function contentField(source: Uint8Array, type: string | undefined, encodings: string[], maxBody: number): LazyField {
  return { decoder: "content", source, parameter: JSON.stringify([type ?? "", encodings, maxBody]) };
}

/**
 * Decodes bytes by their `Content-Type`.
 *
 * @param type The `Content-Type`; empty if there is none.
 * @param what Names the bytes in messages.
 * @throws {Failure} An HTTP error with status 400 or 415.
 */
export function decodeContent(bytes: Uint8Array, type: string, what: string): Value {
  const media = parseMediaType(type);
  if (media !== undefined && formatOf(media.type) === "multipart") {
    return parseMultipart(bytes, media.parameters.get("boundary"), decodePart);
  }
  return decodePart(bytes, type, what);
}

/** Decodes a part of a body like `decodeContent`, but leaves nested multipart as bytes. */
function decodePart(bytes: Uint8Array, type: string, what: string): Value {
  const media = parseMediaType(type);
  const format = media === undefined ? "bytes" : formatOf(media.type);
  // Copied: a view would keep the whole body alive, and be posted to another thread with all of it.
  if (format === "bytes" || format === "multipart") return bytes.slice();
  const text = decodeText(bytes, media!.parameters.get("charset"), what);
  return format === "json" ? parseJson(text, what) : format === "form" ? parseForm(text) : text;
}

// Source and parameter are those of `bodyField` and `requestPayload`. `json`, `form` and `text` accept bytes or a
// string, because a realm, which decodes by itself, gets a string.
type Source = LazyField["source"];

function stringOf(source: Source): string {
  return typeof source === "string" ? source : decodeText(source as Uint8Array, undefined, BODY);
}

defineDecoder("json", (source) => parseJson(stringOf(source), BODY));
defineDecoder("form", (source) => parseForm(stringOf(source)));
defineDecoder("text", (source) => stringOf(source));
defineDecoder("header", (source) => headerMap(source as string));
defineDecoder("multipart", (source, type) => decodeContent(source as Uint8Array, type!, BODY));
defineDecoder("content", (source, parameter) => {
  const [type, encodings, maxBody] = JSON.parse(parameter!) as [string, string[], number];
  const bytes = decompress(source as Uint8Array, encodings, maxBody);
  return bytes.length === 0 ? null : decodeContent(bytes, type, BODY);
});
