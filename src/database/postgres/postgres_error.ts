import { asError, type Failure, failure, type Value } from "../../value/mod.ts";

/** What a server says of an error, and what the client adds. */
interface ServerFailure extends Failure {
  readonly severity?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly constraint_name?: string;
  readonly schema_name?: string;
  readonly table_name?: string;
  readonly column_name?: string;
}

/** Codes of errors of a connection, as the engine has them. */
const CODES: Readonly<Record<string, string>> = {
  CONNECTION_CLOSED: "connection_lost",
  CONNECTION_ENDED: "connection_lost",
  CONNECTION_DESTROYED: "connection_lost",
  CONNECT_TIMEOUT: "timeout",
  ECONNRESET: "connection_lost",
  EPIPE: "connection_lost",
  ECONNREFUSED: "connection_refused",
  EHOSTUNREACH: "connection_refused",
  ENETUNREACH: "connection_refused",
  ENOENT: "connection_refused",
  ETIMEDOUT: "timeout",
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  SASL_SIGNATURE_MISMATCH: "auth_failed",
  // the server's words
  "57P01": "connection_lost",
  "57P02": "connection_lost",
  "57P03": "connection_refused",
  "57P05": "connection_lost",
  "53300": "connection_refused",
};

const TLS = /^(?:ERR_(?:TLS|SSL|OSSL)_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|EPROTO)/;

/** Returns an error of the client as one of the engine: a SQLSTATE as the code, or that of a lost connection. */
export function postgresError(thrown: unknown, server: string): Failure {
  const error = asError(thrown) as ServerFailure;
  const { code = "" } = error;
  const isServers = /^[0-9A-Z]{5}$/.test(code) && error.severity !== undefined;
  const own = CODES[code] ?? (/^08/.test(code) ? "connection_lost" : undefined) ??
    (/^28/.test(code) ? "auth_failed" : undefined) ??
    (TLS.test(code) ? "tls" : undefined);
  if (own !== undefined) {
    const details = isServers ? { details: { sqlstate: code } } : {};
    return failure<string>(`${server}: ${describe(error)}`, { code: own, ...details });
  }
  if (!isServers) return error.code === undefined ? failure(`${server}: ${error.message}`) : error;
  const details: Record<string, Value> = {};
  const add = (name: string, value: string | undefined) => value !== undefined && (details[name] = value);
  add("detail", error.detail);
  add("hint", error.hint);
  add("constraint", error.constraint_name);
  add("schema", error.schema_name);
  add("table", error.table_name);
  add("column", error.column_name);
  return failure<string>(error.message, { code, ...Object.keys(details).length > 0 && { details } });
}

function describe({ code, message }: Failure): string {
  if (code === "CONNECTION_CLOSED" || code === "CONNECTION_DESTROYED") return "the connection to the server is lost";
  if (code === "CONNECT_TIMEOUT") return "the server does not answer";
  return message;
}

/** Reports whether a connection is of no use any more after an error. */
export function isLost({ code }: Failure): boolean {
  return code === "connection_lost" || code === "connection_refused" || code === "tls" || code === "auth_failed" ||
    code === "dns";
}
