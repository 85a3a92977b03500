import type { Value } from "../value/mod.ts";
import { decodeText } from "./charset.ts";
import { append } from "./form.ts";
import { canonicalName } from "./header.ts";
import { badRequest } from "./http_error.ts";

/** How many parts a body may have. A part of nothing but its boundary costs a few bytes, and far more once decoded. */
export const MAX_PARTS = 1000;

/** How many bytes the headers of a part may take. */
const MAX_PART_HEADER = 16 * 1024;

/** A file of a form. */
export interface FormFile {
  readonly [key: string]: Value;
  readonly filename: string;
  /** From the canonical name to the values. */
  readonly header: Record<string, string[]>;
  /** Bytes, as sent. */
  readonly size: number;
  /** Decoded by the part's own type; bytes without one. */
  readonly data: Value;
}

/** A `multipart/form-data` body: fields and files by name, in the order sent. */
export interface MultipartForm {
  readonly [key: string]: Value;
  readonly values: Record<string, Value[]>;
  readonly files: Record<string, FormFile[]>;
}

/** Turns a part into its value. @param type Its `Content-Type`. @param what Which part it is, for a message. */
export type PartDecoder = (bytes: Uint8Array, type: string, what: string) => Value;

/**
 * Reads `multipart/form-data`. A field without a type is text, a file without one is bytes.
 *
 * @throws {Failure} `bad_request` for a body that is none, or has more than `MAX_PARTS` parts.
 */
export function parseMultipart(body: Uint8Array, boundary: string | undefined, decode: PartDecoder): MultipartForm {
  if (boundary === undefined || boundary === "") throw badRequest("the body is multipart/form-data without a boundary");
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
  if (name === undefined) throw badRequest("a part of the body has no name");
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

/** The name and file name of a part; none for what is no `form-data`. */
function parseDisposition(text: string): { name?: string; filename?: string } {
  const head = /^\s*form-data\s*/i.exec(text);
  if (head === null) return {};
  const found: { name?: string; filename?: string } = {};
  DISPOSITION.lastIndex = head[0].length;
  for (let match; (match = DISPOSITION.exec(text)) !== null;) {
    const key = match[1]!.toLowerCase();
    // Browsers escape these three and nothing else; a backslash stands for itself.
    const value = (match[2] ?? match[3]!).replace(/%(?:0A|0D|22)/gi, unescape);
    if (key === "name") found.name ??= value;
    else if (key === "filename") found.filename ??= value;
    else if (key === "filename*") found.filename = extendedValue(value) ?? found.filename ?? value;
  }
  return found;
}

function unescape(escape: string): string {
  return String.fromCharCode(parseInt(escape.slice(1), 16));
}

/** `UTF-8''na%C3%AFve.txt`, as some clients write names that are not ASCII. */
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
  // The first boundary may open the body, without a line before it.
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
  /** Where what follows it begins. */
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

/** A boundary ends its line or is the last; a longer line that begins like one is content. */
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
  // A part without content may leave out its empty line: the boundary brings one along.
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
