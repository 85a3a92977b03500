import {
  type Answer,
  asError,
  type Failure,
  failure,
  fullMessage,
  isError,
  isList,
  isMap,
  NONE,
  Stream,
  type Value,
  type ValueMap,
} from "../value/mod.ts";
import { compressed, type CompressionRules, encoded } from "./compression.ts";
import { encodeEvents, isEventStream } from "./events.ts";
import { encodeForm } from "./form.ts";
import { chosenStatus, findHttpError, type HttpError, statusText } from "./http_error.ts";
import { encodeJson } from "./json.ts";
import { formatOf, parseMediaType } from "./media_type.ts";
import { Negotiation } from "./negotiation.ts";
import { badResponse, readHeader } from "./response_header.ts";

/** The parts of a request that its response depends on. */
export interface ResponseRequest {
  method: string;
  /** The `Accept` header. */
  accept?: string | undefined;
  /** The `Accept-Encoding` header, empty if there is none; undefined if the response is not to be compressed. */
  acceptEncoding?: string | undefined;
  /** Which responses are compressed. */
  compression?: CompressionRules | undefined;
}

/** Options for responses to errors. */
export interface ResponseOptions {
  /** The id of the process. Part of an error response, so that the log line of the error can be found. */
  process: string;
  /** Whether an error response describes the error itself. Default false. */
  dev?: boolean;
  /** Takes secrets out of what describes the error. Default: nothing is taken out. */
  redact?: ((text: string) => string) | undefined;
  /** Whether streams, and bodies beyond 1 MiB, are compressed as well, which the host alone can do. Default false. */
  streams?: boolean;
}

/** A response as it is sent from an executor to the host. */
export interface RawResponse {
  /** 200 to 599. */
  status: number;
  /** Name, value, name, value, ... */
  headers: readonly string[];
  body: string | Uint8Array | Stream | null;
  /** Why the process failed, if the answer was an error or cannot be sent. */
  error?: Error;
}

const TEXT = "text/plain; charset=utf-8";
const JSON_TYPE = "application/json";
const FORM = "application/x-www-form-urlencoded";
const BYTES = "application/octet-stream";

const TEXT_HEADERS: readonly string[] = Object.freeze(["content-type", TEXT]);
const JSON_HEADERS: readonly string[] = Object.freeze(["content-type", JSON_TYPE]);
const NO_HEADERS: readonly string[] = Object.freeze([]);

const textTypes = new Negotiation(TEXT, JSON_TYPE);
const scalarTypes = new Negotiation(JSON_TYPE, TEXT);
const mapTypes = new Negotiation(JSON_TYPE, FORM);

const DIGITS = /^\d+$/;

/** The status of a response that says by `Upgrade` what to ask for. */
const UPGRADE_REQUIRED = 426;

/** Statuses whose responses have no body by definition. */
export const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

// Captured now: an executor deletes the web globals before it runs user code.
const encoder = new TextEncoder();

/**
 * Encodes the answer to a request as a response.
 *
 * - A map with no keys other than `status`, `header` and `body`, whose status (if any) is an integer or a string of
 *   digits, is a response. The default status is 200; if `body` is null or absent, the response has none.
 * - `none` becomes a 204.
 * - An error becomes a 500 that names the process but not the error. An `HttpError` becomes a response with its status
 *   (400, 401, 403, 408, 413, 415, 426, 429) and message, with `details.errors` and, by `details.retryAfter`, the header
 *   `Retry-After`.
 *   An error whose `details` hold an integer `status` from 400 to 599 becomes a response with that status, which tells
 *   its name (`Not Found`) but not the message. The error is in `RawResponse.error`.
 * - Anything else becomes the body of a 200, including null, which is sent as JSON.
 *
 * Strings, messages of errors and dates are sent as `text/plain`, bytes and streams as `application/octet-stream`,
 * everything else as JSON, unless `Accept` excludes that type: then a string is sent as JSON, a map as a form, a number
 * as text, if that is accepted. A client that accepts none of these gets the default type, never a 406. A `Content-Type`
 * set by the answer takes precedence: strings and bytes are then sent as they are, everything else is encoded as a form
 * if that is the type, or as JSON. Strings are sent as UTF-8. How it is compressed is described at `compressed`. A
 * `Content-Encoding` set by the answer says how bytes and streams are encoded already; anything else is encoded so.
 *
 * A list or map of type `text/event-stream` is written as events; see `encodeEvent`.
 *
 * The response to HEAD has the header of the response to GET, but no body.
 *
 * @example
 * ```ts
 * encodeResponse({ status: 201, body: { id: 1 } }, { method: "POST" }, { process: id });
 * // { status: 201, headers: ["content-type", "application/json"], body: '{"id":1}' }
 * ```
 */
export function encodeResponse(answer: Answer, request: ResponseRequest, options: ResponseOptions): RawResponse {
  const head = request.method === "HEAD";
  const plain = encode(answer, request, options);
  const { acceptEncoding, compression: rules } = request;
  const response = acceptEncoding === undefined
    ? plain
    : compressed(plain, acceptEncoding, { head, streams: options.streams ?? false, rules });
  return head ? withoutBody(response) : response;
}

function encode(answer: Answer, request: ResponseRequest, options: ResponseOptions): RawResponse {
  if (answer === NONE) return { status: 204, headers: NO_HEADERS, body: null };
  if (isError(answer)) return encodeError(answer, options);
  try {
    if (isResponse(answer)) return encodeMap(answer, request);
    const { type, body } = encodeBody(answer, undefined, request.accept);
    return { status: 200, headers: type === TEXT ? TEXT_HEADERS : ["content-type", type], body };
  } catch (thrown) {
    return encodeError(asError(thrown), options);
  }
}

/** Reports whether an answer is a response, not data. */
export function isResponse(answer: Value): answer is ValueMap {
  if (answer === null || typeof answer !== "object" || !isMap(answer)) return false;
  let keys = 0;
  for (const key in answer) {
    if (key !== "status" && key !== "header" && key !== "body") return false;
    keys++;
  }
  return keys > 0 && (!Object.hasOwn(answer, "status") || isStatus(answer.status));
}

/**
 * Returns a value as an answer of a content type: a response map with the header `Content-Type`, unless it is one that
 * has that header already.
 */
export function withContentType(value: Value, type: string): Value {
  if (!isResponse(value)) {
    const isJson = formatOf(parseMediaType(type)?.type ?? "") === "json";
    return { header: { "Content-Type": type }, body: value === null && isJson ? "null" : value };
  }
  const header = value.header ?? {};
  // what is no map cannot be sent, and the error says so
  if (!isMap(header) || Object.keys(header).some((name) => name.toLowerCase() === "content-type")) return value;
  return { ...value, header: { ...header, "Content-Type": type } };
}

/**
 * Returns an answer with more headers: a response, or an error whose response has them. `Vary` and `Set-Cookie` are added
 * to, other headers take the place of those that the answer has.
 */
export function withHeader(answer: Answer, more: Readonly<Record<string, string>>): Answer {
  if (isError(answer)) {
    const { code, cause, details, position, path } = answer as Failure;
    const own = details !== undefined && isMap(details) ? details : {};
    const made: Failure = failure<string>(answer.message, { ...code !== undefined && { code }, cause });
    made.details = { ...own, header: joined(own.header, more) };
    return Object.assign(made, position !== undefined && { position }, path !== undefined && { path });
  }
  if (answer === NONE) return { status: 204, header: { ...more } };
  if (isResponse(answer)) return { ...answer, header: joined(answer.header, more) };
  if (answer === null) return { header: { ...more, "Content-Type": JSON_TYPE }, body: "null" };
  return { header: { ...more }, body: answer };
}

function joined(header: Value | undefined, more: Readonly<Record<string, string>>): Value {
  if (header === undefined || header === null || !isMap(header)) return { ...more };
  const names = new Map(Object.keys(more).map((name) => [name.toLowerCase(), name]));
  const merged: Record<string, Value> = { ...more };
  for (const name of Object.keys(header)) {
    const lower = name.toLowerCase();
    const given = names.get(lower);
    const value = header[name]!;
    if (given === undefined) merged[name] = value;
    else if (value !== null && lower === "vary") merged[given] = [...listOf(value), ...listOf(merged[given]!)];
    // a browser heeds what comes last: that of the node further inside
    else if (value !== null && lower === "set-cookie") merged[given] = [...listOf(merged[given]!), ...listOf(value)];
  }
  return merged;
}

function listOf(value: Value): readonly Value[] {
  return isList(value) ? value : [value];
}

/** Reports whether a value is written as a status: an integer, or a string of digits such as "404". */
function isStatus(value: Value | undefined): value is number | bigint | string {
  return typeof value === "bigint" || Number.isInteger(value) || (typeof value === "string" && DIGITS.test(value));
}

function encodeMap(answer: ValueMap, { method, accept }: ResponseRequest): RawResponse {
  const status = Number(answer.status ?? 200);
  if (status < 200 || status > 599) throw badResponse(`invalid status ${status}: expected 200 to 599`);
  const { pairs, contentType, contentLength } = readHeader(answer.header);
  if ((answer.body ?? null) === null || BODILESS.has(status)) {
    if (contentType !== undefined) pairs.push("content-type", contentType);
    if (method === "HEAD" && contentLength !== undefined) pairs.push("content-length", contentLength);
    return { status, headers: pairs, body: null };
  }
  const { type, body } = encodeBody(answer.body!, contentType, accept);
  pairs.push("content-type", type);
  return { status, headers: pairs, body: typeof body === "string" ? encoded(body, pairs) : body };
}

interface EncodedBody {
  type: string;
  body: string | Uint8Array | Stream;
}

function encodeBody(value: Value, given: string | undefined, accept: string | undefined): EncodedBody {
  if (typeof value === "string") {
    const type = given ?? textTypes.choose(accept);
    return { type, body: type === JSON_TYPE && given === undefined ? encodeJson(value) : value };
  }
  if (value instanceof Uint8Array || value instanceof Stream) return { type: given ?? BYTES, body: value };
  if (given !== undefined && isEventStream(given)) return { type: given, body: encodeEvents(value) };
  const format = given === undefined ? undefined : formatOf(parseMediaType(given)?.type ?? "");
  if (format === "json") return { type: given!, body: encodeJson(value) };
  if (isError(value)) return encodeBody(value.message, given, accept);
  if (value instanceof Date) return encodeBody(value.toJSON(), given, accept);
  if (format === "form") return { type: given!, body: formOf(value) };
  if (given !== undefined) return { type: given, body: encodeJson(value) };
  return encodeData(value, accept);
}

function formOf(value: Value): string {
  const form = encodeForm(value);
  if (form === undefined) {
    throw badResponse("invalid form: expected a map of strings, numbers, booleans and lists of them");
  }
  return form;
}

function encodeData(value: Value, accept: string | undefined): EncodedBody {
  if (isList(value)) return { type: JSON_TYPE, body: encodeJson(value) };
  if (!isMap(value)) return { type: scalarTypes.choose(accept), body: encodeJson(value) };
  const form = mapTypes.choose(accept) === FORM ? encodeForm(value) : undefined;
  return form === undefined ? { type: JSON_TYPE, body: encodeJson(value) } : { type: FORM, body: form };
}

function encodeError(error: Failure, options: ResponseOptions): RawResponse {
  const httpError = findHttpError(error);
  const response = encodeFailure(error, httpError, options);
  const header = headerOf(error) ?? (httpError === undefined ? undefined : headerOf(httpError.error));
  if (header === undefined) return response;
  try {
    return { ...response, headers: [...response.headers, ...readHeader(header).pairs] };
  } catch {
    return response; // the error matters more than its headers
  }
}

/** Returns the headers that an error chooses for its response, by `header` in its `details`. */
function headerOf({ details }: Failure): Value | undefined {
  return details !== undefined && isMap(details) && Object.hasOwn(details, "header") ? details.header : undefined;
}

function encodeFailure(error: Failure, httpError: HttpError | undefined, options: ResponseOptions): RawResponse {
  const routing = httpError === undefined ? undefined : routingResponse(httpError);
  if (routing !== undefined) return { ...routing, error };
  const status = httpError?.status ?? chosenStatus(error) ?? 500;
  const { redact = (text: string) => text } = options;
  const fields: Record<string, Value> = httpError !== undefined
    ? { error: redact(httpError.error.message) }
    : { error: statusText(status), process: options.process };
  if (options.dev) {
    fields.message = redact(error.message);
    if (error.position !== undefined) fields.position = error.position;
    if (error.path !== undefined) fields.path = error.path;
    if (isError(error.cause)) fields.cause = redact(fullMessage(error.cause));
  }
  const details = httpError?.error.details;
  if (!isMap(details)) return { status, headers: JSON_HEADERS, body: encodeJson(fields), error };
  if (isList(details.errors)) fields.errors = details.errors;
  const wait = Number(details.retryAfter);
  const headers = wait > 0
    ? [...JSON_HEADERS, "retry-after", String(Math.ceil(wait))]
    : status === UPGRADE_REQUIRED && typeof details.upgrade === "string"
    ? [...JSON_HEADERS, "upgrade", details.upgrade, "connection", "Upgrade"]
    : JSON_HEADERS;
  return { status, headers, body: encodeJson(fields), error };
}

/** Returns the response to a request that no route takes: its reason as text. */
function routingResponse({ error: { code, message, details }, status }: HttpError): RawResponse | undefined {
  if (code !== "not_found" && code !== "method_not_allowed") return undefined;
  const allow = isMap(details) && typeof details.allow === "string" ? ["allow", details.allow] : [];
  return { status, headers: [...TEXT_HEADERS, ...allow], body: message };
}

function withoutBody(response: RawResponse): RawResponse {
  const { body, headers } = response;
  if (body === null || body instanceof Stream) return { ...response, body: null };
  const length = typeof body === "string" ? encoder.encode(body).length : body.length;
  return { ...response, headers: [...headers, "content-length", String(length)], body: null };
}
