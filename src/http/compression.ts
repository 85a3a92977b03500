import negotiator from "negotiator";
import { Readable, Writable } from "node:stream";
import {
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createDeflate,
  createGzip,
  deflateSync,
  gzipSync,
} from "node:zlib";
import { Stream } from "../value/mod.ts";
import { contentEncodings } from "./content_encoding.ts";
import { formatOf, parseMediaType } from "./media_type.ts";
import type { RawResponse } from "./response.ts";
import { badResponse } from "./response_header.ts";

/** A smaller body gains nothing: it fits into one packet of the network. In bytes, for a string in UTF-16 units. */
const SMALLEST = 1024;
/** A larger body would hold up others for too long and is compressed as a stream, on the host. */
const LARGEST_AT_ONCE = 1024 * 1024;
/** How much of it is compressed at a time, in bytes. */
const CHUNK = 64 * 1024;

const MAX_CACHED = 256;
const MAX_CACHED_LENGTH = 256;

/** The encodings that answers are sent in, the first preferred where a client does not care. */
const ENCODINGS = ["br", "gzip", "deflate"] as const;

/** An encoding that answers are sent in. */
export type Encoding = typeof ENCODINGS[number];

/** Which answers are compressed. */
export interface CompressionRules {
  /** The size from which a body is compressed, in bytes. Default 1024. */
  readonly minimum?: number | undefined;
  /** The types that are compressed: `text/csv`, `image/*`. Default: those that shrink. */
  readonly types?: readonly string[] | undefined;
}

/** At this level brotli is as fast as gzip, and what it makes is smaller. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const COMPRESS: Readonly<Record<Encoding, (bytes: Uint8Array) => Uint8Array>> = {
  br: (bytes) => brotliCompressSync(bytes, BROTLI),
  gzip: (bytes) => gzipSync(bytes),
  deflate: (bytes) => deflateSync(bytes),
};

/** The part of the package that is used here; it has no types of its own. */
interface Negotiator {
  encodings(available: readonly string[], options?: { preferred: readonly string[] }): string[];
}
const Negotiator = negotiator as new (request: { headers: { "accept-encoding": string } }) => Negotiator;

// Captured now: an executor deletes the web globals before it runs user code.
const encoder = new TextEncoder();

/** Bodies of these types shrink. `text/event-stream` does as well, but some proxies hold a compressed one back. */
const TYPES =
  /^(text\/(?!event-stream$)|application\/(javascript|x-javascript|ecmascript|wasm|x-ndjson|yaml|toml|graphql|sql|rtf|x-sh|vnd\.ms-fontobject)$|image\/(bmp|vnd\.microsoft\.icon|x-icon)$|font\/(ttf|otf)$)/;

const chosen = new Map<string, Encoding | undefined>();

/**
 * Returns the encoding in which a client prefers an answer, undefined for none.
 *
 * @param accept The `Accept-Encoding` header.
 * @param offers The encodings that there are. Default all.
 */
export function chooseEncoding(accept: string, offers: readonly Encoding[] = ENCODINGS): Encoding | undefined {
  if (accept === "") return undefined;
  const known = offers === ENCODINGS ? chosen : undefined;
  // clients send the same few headers over and over
  if (known?.has(accept)) return known.get(accept);
  const [first] = new Negotiator({ headers: { "accept-encoding": accept } })
    .encodings([...offers, "identity"], { preferred: ENCODINGS });
  const encoding = ENCODINGS.find((name) => name === first);
  if (known !== undefined && known.size >= MAX_CACHED) known.clear();
  if (accept.length <= MAX_CACHED_LENGTH) known?.set(accept, encoding);
  return encoding;
}

/** Reports whether bodies of a content type are compressed. @param types Those that are; default those that shrink. */
export function isCompressible(contentType: string, types?: readonly string[]): boolean {
  const type = parseMediaType(contentType)?.type ?? "";
  if (types !== undefined) {
    return types.some((of) => of === type || (of.endsWith("/*") && type.startsWith(of.slice(0, -1))));
  }
  const format = formatOf(type);
  return format === "json" || format === "form" || TYPES.test(type) || (format === "text" && !type.startsWith("text/"));
}

/** Reports whether the body of a response is too large to be compressed at once, or comes as a stream. */
export function isLong(body: RawResponse["body"]): boolean {
  return body instanceof Stream || (body !== null && body.length > LARGEST_AT_ONCE);
}

/**
 * Compresses a response if its body is of a type that shrinks, has the least size, and is not encoded yet. Such a
 * response has `Vary: Accept-Encoding`, also if the client accepts no compression; a strong `ETag` becomes a weak one,
 * because the bytes are others.
 *
 * @param accept The `Accept-Encoding` header.
 * @param options `head`: whether the body is not sent. `streams`: whether long bodies are compressed, which the host
 *   alone can do; otherwise they are left as they are. `rules`: which responses are compressed.
 */
export function compressed(
  response: RawResponse,
  accept: string,
  { head, streams, rules = {} }: { head: boolean; streams: boolean; rules?: CompressionRules | undefined },
): RawResponse {
  const { body, headers } = response;
  if (body === null || (!(body instanceof Stream) && body.length < (rules.minimum ?? SMALLEST))) return response;
  if (!mayEncode(response, rules.types)) return response;
  const isLate = isLong(body);
  if (isLate && !streams && !head) return response;
  const varying = withVary(headers);
  const encoding = chooseEncoding(accept);
  // the length of what is compressed as it is sent is not known
  if (encoding === undefined || (isLate && head)) return { ...response, headers: varying };
  const encodedHeaders = [...withWeakTag(varying), "content-encoding", encoding];
  if (isLate) return { ...response, headers: encodedHeaders, body: compressedStream(body, encoding) };
  const bytes = typeof body === "string" ? encoder.encode(body) : body as Uint8Array;
  const encoded = COMPRESS[encoding](bytes);
  if (encoded.length >= bytes.length) return { ...response, headers: varying };
  // copied: the bytes of a payload are a plain Uint8Array that covers its whole buffer
  return { ...response, headers: encodedHeaders, body: new Uint8Array(encoded) };
}

/**
 * Encodes a text as its `Content-Encoding` says.
 *
 * @param headers Name, value, name, value, ...
 * @returns The text itself if it has no encoding.
 * @throws {Failure} `bad_response` for an encoding other than gzip, deflate and br, and for several.
 */
export function encoded(text: string, headers: readonly string[]): string | Uint8Array {
  const values = headers.filter((_, at) => at % 2 === 1 && headers[at - 1]!.toLowerCase() === "content-encoding");
  const encodings = contentEncodings(values.join(","));
  if (encodings.length === 0) return text;
  const [encoding] = encodings;
  const run = encodings.length > 1 ? undefined : ENCODERS.get(encoding!);
  if (run === undefined) {
    throw badResponse(
      `invalid Content-Encoding ${JSON.stringify(encodings.join(", "))} of a body of text: expected gzip, deflate ` +
        "or br, or bytes that are encoded already",
    );
  }
  // copied: the bytes of a payload are a plain Uint8Array that covers its whole buffer
  return new Uint8Array(run(encoder.encode(text)));
}

const ENCODERS: ReadonlyMap<string, (bytes: Uint8Array) => Uint8Array> = new Map([
  ...Object.entries(COMPRESS),
  ["x-gzip", COMPRESS.gzip],
]);

/** Reports whether a body may be sent encoded: of a whole response of one of the types, and not encoded yet. */
function mayEncode({ status, headers }: RawResponse, types: readonly string[] | undefined): boolean {
  if (status === 206) return false;
  let isOfType = false;
  for (let at = 0; at < headers.length; at += 2) {
    const value = headers[at + 1]!;
    switch (headers[at]!.toLowerCase()) {
      case "content-type":
        isOfType = isCompressible(value, types);
        break;
      case "content-encoding":
      case "content-range":
        return false;
      case "cache-control":
        if (/\bno-transform\b/i.test(value)) return false;
    }
  }
  return isOfType;
}

function withVary(headers: readonly string[]): string[] {
  const named = headers.some((name, at) =>
    at % 2 === 0 && name.toLowerCase() === "vary" && /(^|[\s,])(\*|accept-encoding)($|[\s,])/i.test(headers[at + 1]!)
  );
  return named ? [...headers] : [...headers, "vary", "Accept-Encoding"];
}

function withWeakTag(headers: readonly string[]): string[] {
  return headers.map((part, at) =>
    at % 2 === 1 && headers[at - 1]!.toLowerCase() === "etag" && part.startsWith('"') ? `W/${part}` : part
  );
}

/** Compresses a long body while it is sent. Each piece is sent at once: a client need not wait for the next one. */
function compressedStream(body: NonNullable<RawResponse["body"]>, encoding: Encoding): Stream {
  const zlib = encoding === "br"
    ? createBrotliCompress({ ...BROTLI, flush: constants.BROTLI_OPERATION_FLUSH })
    : (encoding === "gzip" ? createGzip : createDeflate)({ flush: constants.Z_SYNC_FLUSH });
  const source = body instanceof Stream ? body.take() : chunks(typeof body === "string" ? encoder.encode(body) : body);
  const writable = Writable.toWeb(zlib) as WritableStream<Uint8Array>;
  // typed for Node's own streams, which are the standard ones here
  const readable = Readable.toWeb(zlib) as unknown as ReadableStream<Uint8Array>;
  return Stream.from(source.pipeThrough({ writable, readable }));
}

/** Returns bytes as a stream of pieces, so that compressing them leaves others their turn. */
function chunks(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at += CHUNK));
    },
  }, { highWaterMark: 0 });
}
