import { z } from "zod";
import { encodeJson, parseJson } from "../../http/mod.ts";
import { asError, type Failure, failure, isError, isList, kindOf, Stream, type Value } from "../../value/mod.ts";

/** How the content of a file is told as a value. */
export const ENCODINGS = ["text", "bytes", "base64", "json", "lines"] as const;

/** One of them. */
export type FileEncoding = typeof ENCODINGS[number];

/** The schema of the field `encoding`. */
export function fileEncoding() {
  return z.enum(ENCODINGS);
}

/** Returns the content of a file as a value. @throws {Failure} `bad_content`, if it is not what the encoding says. */
export function decodeFile(bytes: Uint8Array<ArrayBuffer>, encoding: FileEncoding): Value {
  switch (encoding) {
    case "bytes":
      return bytes;
    case "base64":
      return bytes.toBase64();
    case "text":
      return textOf(bytes);
    case "lines": {
      const lines = textOf(bytes).split(/\r?\n/);
      // a line break ends a line, it does not begin one
      if (lines.at(-1) === "") lines.pop();
      return lines;
    }
    case "json":
      return jsonOf(bytes);
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw failure("it is not valid UTF-8; encoding bytes or base64 reads it as it is", { code: "bad_content" });
  }
}

function jsonOf(bytes: Uint8Array): Value {
  const text = textOf(bytes);
  try {
    return parseJson(text, "it");
  } catch (thrown) {
    throw failure(asError(thrown).message, { code: "bad_content" });
  }
}

/** What is written: in one piece, or as it arrives. */
export type FileContent = Uint8Array | Stream;

/**
 * Returns what is written for a value.
 *
 * @param encoding Default by the type: text in UTF-8, bytes and streams as they are, all else as a line of JSON.
 * @throws {Failure} `invalid_payload`, if the value does not fit the encoding; the error that the value is.
 */
export function encodeFile(value: Value, encoding: FileEncoding | undefined): FileContent {
  if (isError(value)) throw value;
  if (encoding === "json") return jsonLine(value);
  // bytes need no encoding
  if (value instanceof Stream || value instanceof Uint8Array) return value;
  if (encoding === undefined) return typeof value === "string" ? utf8(value) : jsonLine(value);
  if (encoding === "lines") {
    if (!isList(value)) throw mismatch("a list of lines", value, encoding);
    return utf8(value.map((line) => `${lineOf(line)}\n`).join(""));
  }
  if (encoding === "text") return utf8(lineOf(value));
  if (encoding === "base64" && typeof value === "string") return fromBase64(value);
  throw mismatch(encoding === "base64" ? "base64 as text" : "bytes or a stream", value, encoding);
}

function jsonLine(value: Value): Uint8Array {
  return utf8(`${encodeJson(value)}\n`);
}

function lineOf(value: Value): string {
  return typeof value === "string" ? value : encodeJson(value);
}

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    throw failure("the payload is not valid base64", { code: "invalid_payload" });
  }
}

function mismatch(expected: string, value: Value, encoding: FileEncoding): Failure {
  return failure(`expected ${expected} for encoding ${encoding}, got ${kindOf(value)}`, { code: "invalid_payload" });
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
