import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { brotliDecompressSync } from "node:zlib";
import { bodyField, contentEncodings, decodeContent, decompress, findHeader, formatOf } from "../../http/mod.ts";
import { headerMap, headerText, namedByConnection, parseMediaType } from "../../http/mod.ts";
import {
  asError,
  type Failure,
  failure,
  joinBytes,
  lazyMap,
  Stream,
  type Value,
  type ValueMap,
} from "../../value/mod.ts";

/** The answer of a server. */
export interface HttpAnswer {
  readonly status: number;
  /** As written by `headerText`. */
  readonly headers: string;
  readonly message: IncomingMessage;
  /** Whether it may have a body. */
  readonly hasBody: boolean;
}

/** How much of a body that nobody wants is read, so that its connection can be kept, in bytes. */
const DRAINED = 64 * 1024;

/** A body of JSON of this length is cheaper to parse where it is used than to hand over as values, in bytes. */
const LONG = 1024;

/** Returns the status and the headers of the answer to a request of a method. */
export function answerOf(message: IncomingMessage, method: string): HttpAnswer {
  const { rawHeaders } = message;
  const all: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    all.push([rawHeaders[at]!.toLowerCase(), rawHeaders[at + 1]!.replace(/[\r\n]+/g, " ")]);
  }
  const left = namedByConnection(all.filter(([name]) => name === "connection").map(([, value]) => value));
  const pairs = left.size === 0 ? all : all.filter(([name]) => !left.has(name));
  return { status: message.statusCode ?? 0, headers: headerText(pairs), message, hasBody: method !== "HEAD" };
}

/** Lets go of an answer whose body nobody wants. */
export function discard({ message }: HttpAnswer): void {
  let size = 0;
  message.on("error", () => {});
  message.on("data", (chunk: Uint8Array) => {
    if ((size += chunk.byteLength) > DRAINED) message.destroy();
  });
}

/**
 * Reads the body of an answer.
 *
 * @param maxBody How many bytes it may have, before and after it is decompressed.
 * @throws {Failure} `too_large`, `connection_lost`.
 */
export async function readAnswer({ message, headers, hasBody }: HttpAnswer, maxBody: number): Promise<Uint8Array> {
  const tooLarge = () => {
    message.destroy();
    return failure(`the body of the answer is larger than ${maxBody} bytes`, { code: "too_large" });
  };
  // the answer to HEAD has the length of another one's body
  const declared = hasBody ? findHeader(headers, "content-length") : undefined;
  if (declared !== undefined && Number(declared) > maxBody) throw tooLarge();
  return await new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    message.on("data", (chunk: Uint8Array) => {
      if ((size += chunk.byteLength) > maxBody) reject(tooLarge());
      else chunks.push(chunk);
    });
    message.on("end", () => {
      if (message.complete) return resolve(joinBytes(chunks));
      reject(failure("the answer ended before it was complete", { code: "connection_lost" }));
    });
    message.on("error", reject);
    message.on("close", () => reject(failure("the answer ended before it was complete", { code: "connection_lost" })));
  });
}

/**
 * Returns the payload of an answer: a map of `status`, `header` and `body`.
 *
 * @param decode Whether the body is decoded by its content type; otherwise it is bytes.
 * @throws {Failure} `bad_answer`, if the body is not what its header says; `too_large`.
 */
export function answerPayload(
  { status, headers }: HttpAnswer,
  bytes: Uint8Array,
  { decode, maxBody }: { decode: boolean; maxBody: number },
): ValueMap {
  const head = { status, header: headerMap(headers) };
  if (bytes.length === 0) return { ...head, body: null };
  const plain = decompressed(bytes, headers, maxBody);
  const type = findHeader(headers, "content-type") ?? "";
  if (!decode) return { ...head, body: plain };
  let body: Value;
  try {
    body = plain.length === 0 ? null : decodeContent(plain, type, "the body of the answer");
  } catch (error) {
    throw badAnswer(error);
  }
  const isJson = formatOf(parseMediaType(type)?.type ?? "") === "json";
  if (!isJson || plain.length < LONG) return { ...head, body };
  // it was parsed to be sure that whoever reads it can parse it
  const field = bodyField(`\ncontent-type:${type}`, plain, maxBody);
  return "lazy" in field ? lazyMap({ fields: { ...head, body: null }, lazy: { body: field.lazy } }) : { ...head, body };
}

/** Returns the payload of an answer whose body is handed on as it comes. */
export function streamPayload({ status, headers, message }: HttpAnswer): ValueMap & { readonly body: Stream } {
  const body = Stream.from(Readable.toWeb(message) as unknown as ReadableStream<Uint8Array>);
  return { status, header: headerMap(headers), body };
}

function decompressed(bytes: Uint8Array, headers: string, maxBody: number): Uint8Array {
  const encodings = contentEncodings(findHeader(headers, "content-encoding"));
  try {
    // Deno's decoder takes a broken stream for an empty one, so brotli is read but not asked for
    if (encodings.length === 1 && encodings[0] === "br") return withoutBrotli(bytes, maxBody);
    return encodings.length === 0 ? bytes : decompress(bytes, encodings, maxBody);
  } catch (error) {
    throw badAnswer(error);
  }
}

function withoutBrotli(bytes: Uint8Array, maxBody: number): Uint8Array {
  let plain: Uint8Array;
  try {
    plain = brotliDecompressSync(bytes, { maxOutputLength: maxBody });
  } catch (error) {
    const { code, message } = asError(error);
    if (code === "ERR_BUFFER_TOO_LARGE") {
      throw failure(`the body is larger than ${maxBody} bytes`, { code: "too_large" });
    }
    throw failure(`the body is not valid br: ${message}`);
  }
  if (plain.length === 0) throw failure("the body is not valid br");
  return new Uint8Array(plain);
}

/** Returns an error of a body as one of the server: it is no mistake of whoever asks the workflow. */
function badAnswer(error: unknown): Failure {
  const { code, message } = asError(error);
  const text = message.replace(/^the body(?= is larger| is not valid| has )/, "the body of the answer");
  return failure(text, { code: code === "too_large" ? "too_large" : "bad_answer" });
}
