import {
  type Answer,
  asError,
  type Failure,
  fullMessage,
  isError,
  isList,
  isMap,
  NONE,
  Stream,
  type Value,
  type ValueMap,
} from "../value/mod.ts";
import { encodeForm } from "./form.ts";
import { findHttpError } from "./http_error.ts";
import { encodeJson } from "./json.ts";
import { formatOf, parseMediaType } from "./media_type.ts";
import { Negotiation } from "./negotiation.ts";
import { badResponse, readHeader } from "./response_header.ts";

/** What of the request the response depends on. */
export interface ResponseRequest {
  method: string;
  /** The `Accept` header. */
  accept?: string | undefined;
}

/** How errors are answered. */
export interface ResponseOptions {
  /** The id of the process, which an error is answered with so that its log line can be found. */
  process: string;
  /** Whether an error answer tells the error itself. Default false. */
  dev?: boolean;
}

/** A response as it crosses to the host. */
export interface RawResponse {
  /** 200 to 599. */
  status: number;
  /** Name, value, name, value, ... */
  headers: readonly string[];
  body: string | Uint8Array | Stream | null;
  /** Why the process failed, if the answer was an error or could not be sent. */
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

/** Statuses whose response has no body by definition. */
export const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

// Taken now: an executor deletes the web's globals before it runs user code.
const encoder = new TextEncoder();

/**
 * Turns the answer to a request into a response.
 *
 * - A map whose keys are all among `status`, `header` and `body`, with a whole number as status if it has one, is a
 *   response: status 200 by default; a body that is null or absent sends none.
 * - `none` is 204.
 * - An error is 500 with the id of the process and nothing of the error, or the status that a refused request body
 *   asks for (400, 408, 413, 415) with the reason. `RawResponse.error` has it.
 * - Anything else is the body of a 200, null included: as JSON it is `null`.
 *
 * Text, an error's message and dates are sent as `text/plain`, bytes and streams as `application/octet-stream`, all else
 * as JSON, unless `Accept` refuses that: then text goes as JSON, a map as a form, a number as text, if that is accepted.
 * A client that accepts none of these gets the default, never 406. A `Content-Type` of the answer's own wins: text and
 * bytes are then taken as written in that type already and sent as they are, all else is written as a form if that is
 * the type, or as JSON. Text is sent as UTF-8, nothing is compressed.
 *
 * An answer to HEAD has the header that GET would have, and no body.
 *
 * @example
 * ```ts
 * encodeResponse({ status: 201, body: { id: 1 } }, { method: "POST" }, { process: id });
 * // { status: 201, headers: ["content-type", "application/json"], body: '{"id":1}' }
 * ```
 */
export function encodeResponse(answer: Answer, request: ResponseRequest, options: ResponseOptions): RawResponse {
  const response = encode(answer, request, options);
  return request.method === "HEAD" ? withoutBody(response) : response;
}

function encode(answer: Answer, request: ResponseRequest, options: ResponseOptions): RawResponse {
  if (answer === NONE) return { status: 204, headers: NO_HEADERS, body: null };
  if (isError(answer)) return encodeError(answer, options);
  try {
    if (isResponse(answer)) return encodeMap(answer, request.accept);
    const { type, body } = encodeBody(answer, undefined, request.accept);
    return { status: 200, headers: type === TEXT ? TEXT_HEADERS : ["content-type", type], body };
  } catch (thrown) {
    return encodeError(asError(thrown), options);
  }
}

function isResponse(answer: Value): answer is ValueMap {
  if (answer === null || typeof answer !== "object" || !isMap(answer)) return false;
  let keys = 0;
  for (const key in answer) {
    if (key !== "status" && key !== "header" && key !== "body") return false;
    keys++;
  }
  return keys > 0 && (!Object.hasOwn(answer, "status") || isInteger(answer.status));
}

function isInteger(value: Value | undefined): value is number | bigint {
  return typeof value === "bigint" || Number.isInteger(value);
}

function encodeMap(answer: ValueMap, accept: string | undefined): RawResponse {
  const status = Number(answer.status ?? 200);
  if (status < 200 || status > 599) throw badResponse(`status ${status} is not from 200 to 599`);
  const { pairs, contentType } = readHeader(answer.header);
  if ((answer.body ?? null) === null || BODILESS.has(status)) {
    if (contentType !== undefined) pairs.push("content-type", contentType);
    return { status, headers: pairs, body: null };
  }
  const { type, body } = encodeBody(answer.body!, contentType, accept);
  pairs.push("content-type", type);
  return { status, headers: pairs, body };
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
    throw badResponse("a form is a map that holds text, numbers, booleans and lists of them only");
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
  const fields: Record<string, Value> = httpError !== undefined
    ? { error: httpError.error.message }
    : { error: "Internal Server Error", process: options.process };
  if (options.dev) {
    fields.message = error.message;
    if (error.position !== undefined) fields.position = error.position;
    if (error.path !== undefined) fields.path = error.path;
    if (isError(error.cause)) fields.cause = fullMessage(error.cause);
  }
  return { status: httpError?.status ?? 500, headers: JSON_HEADERS, body: encodeJson(fields), error };
}

function withoutBody(response: RawResponse): RawResponse {
  const { body, headers } = response;
  if (body === null || body instanceof Stream) return { ...response, body: null };
  const length = typeof body === "string" ? encoder.encode(body).length : body.length;
  return { ...response, headers: [...headers, "content-length", String(length)], body: null };
}
