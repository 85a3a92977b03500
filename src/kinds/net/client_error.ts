import { asError, type ErrorCode, explainPermission, type Failure, failure } from "../../value/mod.ts";

/** What errors of `node:net`, `node:dns`, `node:tls` and `node:http` mean. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  ECONNREFUSED: "connection_refused",
  EHOSTUNREACH: "connection_refused",
  ENETUNREACH: "connection_refused",
  EHOSTDOWN: "connection_refused",
  ENETDOWN: "connection_refused",
  EADDRNOTAVAIL: "connection_refused",
  ETIMEDOUT: "timeout",
  ESOCKETTIMEDOUT: "timeout",
  ECONNRESET: "connection_lost",
  ECONNABORTED: "connection_lost",
  EPIPE: "connection_lost",
  ERR_STREAM_PREMATURE_CLOSE: "connection_lost",
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  EAI_FAIL: "dns",
  ENODATA: "dns",
  EPROTO: "tls",
};

const TLS =
  /^(?:ERR_(?:TLS|SSL|OSSL)_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE))/;

/** Returns the code of an error of a client, by that of Deno's or Node's error; undefined if it is none of those. */
export function clientCode(error: Failure): ErrorCode | undefined {
  const inner = error instanceof AggregateError
    ? error.errors.find((one) => CODES[one?.code] !== undefined)
    : undefined;
  const { code = inner?.code as string | undefined } = error;
  if (code === undefined) return undefined;
  return CODES[code] ?? (TLS.test(code) ? "tls" : code.startsWith("HPE_") ? "bad_answer" : undefined);
}

/**
 * Returns an error of a client as one of the engine, with a code that flows can tell it by.
 *
 * @param what What was tried, for the message: `GET https://example.com/`.
 */
export function clientError(what: string, thrown: unknown): Failure {
  const error = asError(thrown);
  const inner = error instanceof AggregateError && error.message === "" ? asError(error.errors[0]) : error;
  const code = clientCode(error) ?? (OWN.has(error.code ?? "") ? error.code as ErrorCode : undefined);
  return failure(`${what}: ${explainPermission(inner.message)}`, {
    ...code !== undefined && { code },
    ...error.details !== undefined && { details: error.details },
  });
}

/** The codes of the errors that the clients make themselves. */
const OWN: ReadonlySet<string> = new Set<ErrorCode>([
  "aborted",
  "bad_answer",
  "connection_lost",
  "forbidden_address",
  "invalid",
  "redirect",
  "timeout",
  "too_large",
]);
