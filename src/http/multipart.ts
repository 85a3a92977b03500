import type { Value } from "../value/mod.ts";
import { decodeText } from "./charset.ts";
import { append } from "./form.ts";
import { canonicalName } from "./header.ts";
import { badRequest } from "./http_error.ts";

/** The maximum number of parts of a body. An empty part takes a few bytes in the body, and far more once decoded. */
export const MAX_PARTS = 1000;

/** The maximum size of the header of a part, in bytes. */
const MAX_PART_HEADER = 16 * 1024;

/** A file of a form. */
export interface FormFile {
  readonly [key: string]: Value;
  readonly filename: string;
  /** The values of each header, by its canonical name. */
  readonly header: Record<string, string[]>;
  /** The size as sent, in bytes. */
  readonly size: number;
  /** Decoded by the `Content-Type` of the part; bytes if it has none. */
  readonly data: Value;
}

/** A `multipart/form-data` body: values and files by name, in the order sent. */
export interface MultipartForm {
  readonly [key: string]: Value;
  readonly values: Record<string, Value[]>;
  readonly files: Record<string, FormFile[]>;
}

/** Decodes a part. @param type Its `Content-Type`. @param what Names the part in messages. */
export type PartDecoder = (bytes: Uint8Array, type: string, what: string) => Value;

/**
 * Parses `multipart/form-data`. A field without a `Content-Type` is a string, a file without one is bytes.
 *
 * @throws {Failure} `bad_request` if the body is malformed, or has more than `MAX_PARTS` parts.
 */
export function parseMultipart(body: Uint8Array, boundary: string | undefined, decode: PartDecoder): MultipartForm {
  if (boundary === undefined || boundary === "") {
    throw badRequest("missing boundary in the Content-Type of the body: expected multipart/form-data; boundary=...");
  }
  const form: MultipartForm = { values: {}, files: {} };
  let parts = 0;
  for (const part of splitParts(body, boundary)) {
    if (++parts > MAX_PARTS) throw badRequest(`the body has more than ${MAX_PARTS} parts`);
    addPart(form, part, decode);
  }
  return form;
}

interface Part {
  header: Record<string, string[]>;
  /** A view into the body. */
  data: Uint8Array;
}

function addPart(form: MultipartForm, { header, data }: Part, decode: PartDecoder): void {
  const { name, filename } = parseDisposition(header["Content-Disposition"]?.[0] ?? "");
  if (name === undefined) throw badRequest("missing name of a part of the body");
  const type = header["Content-Type"]?.[0];
  const what = `the part ${JSON.stringify(name)} of the body`;
  if (filename === undefined) {
    append(form.values, name, decode(data, type ?? "text/plain", what));
  } else {
    const value = decode(data, type ?? "application/octet-stream", what);
    append(form.files, name, { filename, header, size: data.length, data: value });
  }
}

const DISPOSITION = /;\s*([^\s=;"]+)=(?:"([^"]*)"|([^\s;"]*))\s*/y;

/** Parses a `Content-Disposition`. Returns nothing unless it is `form-data`. */
function parseDisposition(text: string): { name?: string; filename?: string } {
  const head = /^\s*form-data\s*/i.exec(text);
  if (head === null) return {};
  const found: { name?: string; filename?: string } = {};
  DISPOSITION.lastIndex = head[0].length;
  for (let match; (match = DISPOSITION.exec(text)) !== null;) {
    const key = match[1]!.toLowerCase();
    // Browsers escape only these three characters; a backslash stands for itself.
    const value = (match[2] ?? match[3]!).replace(/%(?:0A|0D|22)/g, unescape);
    if (key === "name") found.name ??= value;
    else if (key === "filename") found.filename ??= value;
    else if (key === "filename*") found.filename = extendedValue(value) ?? found.filename ?? value;
  }
  return found;
}

function unescape(escape: string): string {
  return String.fromCharCode(parseInt(escape.slice(1), 16));
}

/** Decodes a file name such as `UTF-8''na%C3%AFve.txt`, as some clients write one that is not ASCII. */
function extendedValue(text: string): string | undefined {
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(text)?.[1];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

const CR = 0x0d, LF = 0x0a, DASH = 0x2d, SPACE = 0x20, TAB = 0x09;

function* splitParts(body: Uint8Array, boundary: string): Generator<Part> {
  const mark = bytesOf(`\r\n--${boundary}`);
  // The first boundary may be at the very start of the body, without a line break before it.
  const opens = startsWith(body, 0, mark.subarray(2)) ? boundaryAt(body, 0, mark.length - 2) : undefined;
  let at = opens ?? findBoundary(body, 0, mark);
  while (!at.last) {
    const next = findBoundary(body, at.end, mark);
    yield readPart(body.subarray(at.end, next.start));
    at = next;
  }
}

interface Boundary {
  start: number;
  /** The offset of what follows it. */
  end: number;
  last: boolean;
}

function findBoundary(body: Uint8Array, from: number, mark: Uint8Array): Boundary {
  for (let start = from; (start = indexOf(body, start, mark)) >= 0; start++) {
    const found = boundaryAt(body, start, start + mark.length);
    if (found !== undefined) return found;
  }
  throw badRequest("the body ends before its last boundary");
}

/** Checks that a boundary ends its line or is the last one. A longer line that begins like one is content. */
function boundaryAt(body: Uint8Array, start: number, end: number): Boundary | undefined {
  if (body[end] === DASH && body[end + 1] === DASH) return { start, end: end + 2, last: true };
  while (body[end] === SPACE || body[end] === TAB) end++;
  return body[end] === CR && body[end + 1] === LF ? { start, end: end + 2, last: false } : undefined;
}

function readPart(bytes: Uint8Array): Part {
  const end = startsWith(bytes, 0, END_OF_LINE) ? 0 : headerEnd(bytes);
  const header: Record<string, string[]> = {};
  for (const line of decodeText(bytes.subarray(0, end), undefined, "the header of a part of the body").split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) append(header, canonicalName(line.slice(0, colon).trim()), line.slice(colon + 1).trim());
  }
  return { header, data: bytes.subarray(end === 0 ? 2 : end + END_OF_HEADER.length) };
}

const END_OF_LINE = bytesOf("\r\n");
const END_OF_HEADER = bytesOf("\r\n\r\n");

function headerEnd(bytes: Uint8Array): number {
  const end = indexOf(bytes.subarray(0, MAX_PART_HEADER), 0, END_OF_HEADER);
  if (end >= 0) return end;
  // A part without content may omit its empty line, because the boundary begins with a line break.
  const all = bytes.length - 2;
  if (all >= 0 && all < MAX_PART_HEADER && startsWith(bytes, all, END_OF_LINE)) return all;
  throw badRequest(
    bytes.length > MAX_PART_HEADER
      ? `a part of the body has more than ${MAX_PART_HEADER} bytes of header`
      : "a part of the body ends in its header",
  );
}

function bytesOf(ascii: string): Uint8Array {
  return Uint8Array.from(ascii, (char) => char.charCodeAt(0));
}

function indexOf(bytes: Uint8Array, from: number, pattern: Uint8Array): number {
  for (let at = from; (at = bytes.indexOf(pattern[0]!, at)) >= 0; at++) if (startsWith(bytes, at, pattern)) return at;
  return -1;
}

function startsWith(bytes: Uint8Array, at: number, pattern: Uint8Array): boolean {
  for (let i = 0; i < pattern.length; i++) if (bytes[at + i] !== pattern[i]) return false;
  return true;
}
