import { causes, type Failure, failure, isMap } from "../value/mod.ts";

const STATUS: Readonly<Record<string, number>> = {
  bad_request: 400,
  request_timeout: 408,
  too_large: 413,
  unsupported_media_type: 415,
};

/** The request is not what it claims to be: code `bad_request`, status 400. */
export function badRequest(message: string): Failure {
  return refuse("bad_request", message);
}

/** The request is in a form that nobody here can read: code `unsupported_media_type`, status 415. */
export function unsupportedMediaType(message: string): Failure {
  return refuse("unsupported_media_type", message);
}

/** The body, decompressed, is longer than allowed: code `too_large`, status 413. @param maxBody In bytes. */
export function bodyTooLarge(maxBody: number): Failure {
  return refuse("too_large", `the body is larger than ${maxBody} bytes`);
}

/** The body takes too long to arrive: code `request_timeout`, status 408. @param timeout In milliseconds. */
export function bodyTooLate(timeout: number): Failure {
  return refuse("request_timeout", `the body did not arrive within ${timeout} ms`);
}

function refuse(code: string, message: string): Failure {
  // Workflows tell a bad request from other errors by this message in the chain of causes.
  const cause = failure("invalid argument");
  return failure(message, { code, details: { status: STATUS[code]! }, cause });
}

/**
 * The refusal among an error and its causes, with the status that it asks for. A user's error that happens to carry one
 * of the codes is none, unless it copies the whole record.
 */
export function findRefusal(error: Error): { refusal: Failure; status: number } | undefined {
  for (const refusal of causes(error) as Failure[]) {
    const status = Object.hasOwn(STATUS, refusal.code ?? "") ? STATUS[refusal.code!] : undefined;
    if (status !== undefined && isMap(refusal.details) && refusal.details.status === status) return { refusal, status };
  }
  return undefined;
}
