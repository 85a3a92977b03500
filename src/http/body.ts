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
 * A body as its header says to read it, not read yet: a value where there is nothing to decode, else a lazy field.
 *
 * | Content-Type | value |
 * | --- | --- |
 * | any, no bytes | null |
 * | `application/json`, `+json` | what the JSON says |
 * | `application/x-www-form-urlencoded` | `{name: [text]}` |
 * | `multipart/form-data` | `{values: {name: [value]}, files: {name: [{filename, header, size, data}]}}` |
 * | `text/*`, XML | text |
 * | other, none | bytes |
 *
 * Decoding throws a `Failure` with `details.status` 400, 413 or 415 if the body is not what its header claims.
 *
 * @param headers As `headerText` writes them.
 * @param maxBody How many bytes the body may have once decompressed.
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
  if (encodings.length > 0) return { lazy: content(bytes, type, encodings, maxBody) };
  if (format === "bytes") return { value: bytes };
  if (format === "multipart") return { lazy: { decoder: "multipart", source: bytes, parameter: type! } };
  if (!isUtf8(media!.parameters.get("charset"))) return { lazy: content(bytes, type, encodings, maxBody) };
  return { lazy: { decoder: format, source: bytes } };
}

function content(source: Uint8Array, type: string | undefined, encodings: string[], maxBody: number): LazyField {
  return { decoder: "content", source, parameter: JSON.stringify([type ?? "", encodings, maxBody]) };
}

/**
 * Decodes bytes by their `Content-Type`. @param type Empty means none. @param what What they are, for a message.
 *
 * @throws {Failure} With `details.status` 400 or 415.
 */
export function decodeContent(bytes: Uint8Array, type: string, what: string): Value {
  const media = parseMediaType(type);
  if (media !== undefined && formatOf(media.type) === "multipart") {
    return parseMultipart(bytes, media.parameters.get("boundary"), decodePart);
  }
  return decodePart(bytes, type, what);
}

/** As `decodeContent`; multipart inside multipart stays bytes, so that nothing nests. */
function decodePart(bytes: Uint8Array, type: string, what: string): Value {
  const media = parseMediaType(type);
  const format = media === undefined ? "bytes" : formatOf(media.type);
  // Copied: a view would keep the whole body, and take it along to another thread.
  if (format === "bytes" || format === "multipart") return bytes.slice();
  const text = decodeText(bytes, media!.parameters.get("charset"), what);
  return format === "json" ? parseJson(text, what) : format === "form" ? parseForm(text) : text;
}

// Source and parameter are as `bodyField` and `requestPayload` made them; `json`, `form` and `text` take bytes or text,
// because a realm that decodes by itself is handed text.
type Source = LazyField["source"];

function textOf(source: Source): string {
  return typeof source === "string" ? source : decodeText(source as Uint8Array, undefined, BODY);
}

defineDecoder("json", (source) => parseJson(textOf(source), BODY));
defineDecoder("form", (source) => parseForm(textOf(source)));
defineDecoder("text", (source) => textOf(source));
defineDecoder("header", (source) => headerMap(source as string));
defineDecoder("multipart", (source, type) => decodeContent(source as Uint8Array, type!, BODY));
defineDecoder("content", (source, parameter) => {
  const [type, encodings, maxBody] = JSON.parse(parameter!) as [string, string[], number];
  const bytes = decompress(source as Uint8Array, encodings, maxBody);
  return bytes.length === 0 ? null : decodeContent(bytes, type, BODY);
});
