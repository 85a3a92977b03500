import { causes, type ErrorCode, type Failure, failure, isMap, type ValueMap } from "../value/mod.ts";

/** The HTTP status of each error code that stands for one. */
const STATUS = {
  bad_request: 400,
  invalid_payload: 400,
  unauthorized: 401,
  forbidden_origin: 403,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  too_large: 413,
  unsupported_media_type: 415,
  upgrade_required: 426,
  rate_limited: 429,
} as const satisfies { [Code in ErrorCode]?: number };

/** Returns an error for a malformed request: code `bad_request`, status 400. */
export function badRequest(message: string): Failure {
  return httpError("bad_request", message);
}

/** Returns an error for a body in a format that is not supported: code `unsupported_media_type`, status 415. */
export function unsupportedMediaType(message: string): Failure {
  return httpError("unsupported_media_type", message);
}

/** Returns an error for a body that is too large: code `too_large`, status 413. @param maxBody In bytes. */
export function bodyTooLarge(maxBody: number): Failure {
  return httpError("too_large", `the body is larger than ${maxBody} bytes`);
}

/** Returns an error for a body that is too slow: code `request_timeout`, status 408. @param timeout In milliseconds. */
export function bodyTooLate(timeout: number): Failure {
  return httpError("request_timeout", `the body did not arrive within ${timeout} ms`);
}

/** Returns an error for a path that no route has: code `not_found`, status 404. */
export function notFound(): Failure {
  return httpError("not_found", "Not Found");
}

/**
 * Returns an error for a path whose routes have another method: code `method_not_allowed`, status 405.
 *
 * @param allow The methods that it has, as in the header `Allow`.
 */
export function methodNotAllowed(allow: string): Failure {
  return httpError("method_not_allowed", "Method Not Allowed", { allow });
}

/**
 * Returns an error for a request that is not authenticated: code `unauthorized`, status 401.
 *
 * @param challenges Values of the header `WWW-Authenticate`.
 */
export function unauthorized(message: string, challenges: readonly string[]): Failure {
  return httpError("unauthorized", message, { header: { "WWW-Authenticate": [...challenges] } });
}

/** Returns an error for a page of an origin that is not allowed: code `forbidden_origin`, status 403. */
export function forbiddenOrigin(message: string): Failure {
  return httpError("forbidden_origin", message);
}

/**
 * Returns an error for a request that asks for no upgrade: code `upgrade_required`, status 426.
 *
 * @param protocol What it is to be upgraded to, as in the header `Upgrade`.
 * @param header Further headers of the response.
 */
export function upgradeRequired(message: string, protocol: string, header: Readonly<Record<string, string>>): Failure {
  return httpError("upgrade_required", message, { upgrade: protocol, header });
}

function httpError(code: keyof typeof STATUS, message: string, more: ValueMap = {}): Failure {
  // Workflows recognize a client's mistake by this message in the chain of causes.
  const cause = failure("invalid argument");
  return failure(message, { code, details: { status: STATUS[code], ...more }, cause });
}

/** An error that the client is to be told, with the HTTP status to answer with. */
export interface HttpError {
  readonly error: Failure;
  readonly status: number;
}

/**
 * Finds the HTTP error among an error and its causes. A user's error that happens to carry one of the codes does not
 * count, unless its `details` hold the matching status too.
 *
 * @returns Undefined if there is none.
 */
export function findHttpError(thrown: Error): HttpError | undefined {
  for (const error of causes(thrown) as Failure[]) {
    const status = Object.hasOwn(STATUS, error.code ?? "") ? STATUS[error.code as keyof typeof STATUS] : undefined;
    if (status !== undefined && isMap(error.details) && error.details.status === status) return { error, status };
  }
  return undefined;
}

/** The names of the statuses that errors choose most; others are named by their class. */
const NAMES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  418: "I'm a teapot",
  422: "Unprocessable Content",
  423: "Locked",
  428: "Precondition Required",
  429: "Too Many Requests",
  451: "Unavailable For Legal Reasons",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** Returns the name of a status from 400 to 599. */
export function statusText(status: number): string {
  return NAMES[status] ?? (status < 500 ? "Client Error" : "Server Error");
}

/**
 * Returns the status that an error chooses by an integer `status` from 400 to 599 in its `details`, where the `status` of
 * an error that a snippet throws is. Its causes choose none: what somebody else has answered is no answer to the client.
 */
export function chosenStatus({ details }: Failure): number | undefined {
  if (!isMap(details) || !Object.hasOwn(details, "status")) return undefined;
  const { status } = details;
  const isChosen = typeof status === "number" && Number.isInteger(status) && status >= 400 && status <= 599;
  return isChosen ? status : undefined;
}
