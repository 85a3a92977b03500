import { isList, isMap, setKey, type Value } from "../value/mod.ts";

// Captured now: an executor deletes the web globals before it runs user code.
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A query or an `application/x-www-form-urlencoded` body: the values of each name, in the order sent. */
export type Form = Record<string, string[]>;

/**
 * Parses an `application/x-www-form-urlencoded` string as the URL Standard does. Accepts any string: a percent sign
 * that does not begin an escape stands for itself, and invalid UTF-8 becomes U+FFFD.
 *
 * @example
 * ```ts
 * parseForm("a=1&b=x+y&a=2"); // { a: ["1", "2"], b: ["x y"] }
 * ```
 */
export function parseForm(text: string): Form {
  const form: Form = {};
  for (let start = 0; start < text.length;) {
    let end = text.indexOf("&", start);
    if (end < 0) end = text.length;
    if (end > start) addPair(form, text.slice(start, end));
    start = end + 1;
  }
  return form;
}

function addPair(form: Form, pair: string): void {
  const at = pair.indexOf("=");
  const name = decodeComponent(at < 0 ? pair : pair.slice(0, at));
  append(form, name, at < 0 ? "" : decodeComponent(pair.slice(at + 1)));
}

/** Appends a value to the list of a name, which may be any string. */
export function append<T>(lists: Record<string, T[]>, name: string, value: T): void {
  if (Object.hasOwn(lists, name)) lists[name]!.push(value);
  else setKey(lists, name, [value]);
}

function decodeComponent(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return decodeLeniently(spaced);
  }
}

function decodeLeniently(text: string): string {
  const bytes = encoder.encode(text);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const escaped = bytes[i] === 0x25 && i + 2 < bytes.length ? 16 * hex(bytes[i + 1]!) + hex(bytes[i + 2]!) : NaN;
    if (!Number.isNaN(escaped)) i += 2;
    bytes[length++] = Number.isNaN(escaped) ? bytes[i]! : escaped;
  }
  return decoder.decode(bytes.subarray(0, length));
}

function hex(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : NaN;
}

/**
 * Encodes a map as `application/x-www-form-urlencoded`. A list repeats its name.
 *
 * @returns Undefined unless the value is a map of strings, numbers, booleans and lists of them.
 */
export function encodeForm(value: Value): string | undefined {
  if (!isMap(value)) return undefined;
  const pairs: string[] = [];
  for (const name of Object.keys(value)) {
    const field = value[name]!;
    for (const item of isList(field) ? field : [field]) {
      if (!isScalar(item)) return undefined;
      pairs.push(`${encodeComponent(name)}=${encodeComponent(String(item))}`);
    }
  }
  return pairs.join("&");
}

function isScalar(value: Value): value is string | number | bigint | boolean {
  return value !== null && typeof value !== "object";
}

function encodeComponent(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}
