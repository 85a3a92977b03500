import type { Socket } from "node:net";
import { failure } from "../../value/mod.ts";

/** Certificates, as PEM. */
export interface Certificates {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Options of a PostgreSQL database. */
export interface PostgresOptions {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full`. */
  readonly url: string;
  /** Takes the place of the password in the URL. */
  readonly password?: string | undefined;
  /** Certificates for TLS. */
  readonly tls?: Certificates;
  /** How many connections there may be. Default 10. */
  readonly connections?: number | undefined;
  /** How long a connection is kept while it has nothing to do, in milliseconds. Default 60,000. */
  readonly idle?: number | undefined;
  /** How long the server may take to accept a connection, in milliseconds. Default 10,000. */
  readonly connectTimeout?: number | undefined;
  /** Opens a socket to the server. */
  open(target: SocketTarget, timeout: number): Promise<Socket>;
}

/** Where a server listens. */
export type SocketTarget = { readonly host: string; readonly port: number } | { readonly path: string };

/** How a connection is protected, as libpq names it. */
export type SslMode = "disable" | "prefer" | "require" | "verify-ca" | "verify-full";

/** A server, read of a URL. */
export interface PostgresServer {
  readonly target: SocketTarget;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly sslMode: SslMode;
  /** Parameters of the session. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The server and the database as messages name them, without password. */
  readonly name: string;
}

const MODES: readonly string[] = ["disable", "prefer", "require", "verify-ca", "verify-full"];

/** Parameters of a URL that are for the client, of which none is handed to the server. */
const OWN = new Set(["host", "port", "user", "password", "dbname", "sslmode", "ssl", "connect_timeout"]);
/** Parameters that name files of the client's machine. */
const FILES = new Set(["sslrootcert", "sslcert", "sslkey", "sslpassword", "passfile", "service", "servicefile"]);

/**
 * Reads the URL of a server.
 *
 * @throws {Failure} What is wrong with it. The message does not have the URL, which may hold a password.
 */
export function readPostgresUrl(text: string, certificates: Certificates = {}): PostgresServer {
  let url: URL;
  try {
    url = new URL(text);
    decodeURIComponent(url.username + url.password + url.hostname + url.pathname);
  } catch {
    throw invalidUrl();
  }
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:") throw invalidUrl();
  const query = url.searchParams;
  for (const name of query.keys()) {
    if (FILES.has(name)) throw failure(`invalid url: ${name} names a file; the field tls has certificates`);
  }
  const host = query.get("host") ?? decodeURIComponent(url.hostname.replace(/^\[|\]$/g, ""));
  const port = Number(query.get("port") ?? (url.port || 5432));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw failure("invalid url: expected a port up to 65535");
  const user = query.get("user") ?? decodeURIComponent(url.username);
  if (user === "") throw failure("invalid url: expected a user, as in postgres://USER@HOST/DATABASE");
  const database = (query.get("dbname") ?? decodeURIComponent(url.pathname.slice(1))) || user;
  const target = host.startsWith("/") ? { path: `${host}/.s.PGSQL.${port}` } : { host: host || "localhost", port };
  const parameters: Record<string, string> = {};
  for (const [name, value] of query) if (!OWN.has(name)) parameters[name] = value;
  return {
    target,
    user,
    password: query.get("password") ?? decodeURIComponent(url.password),
    database,
    sslMode: sslModeOf(query.get("sslmode"), "path" in target, certificates),
    parameters,
    name: `${"path" in target ? target.path : `${target.host}:${target.port}`}/${database}`,
  };
}

function sslModeOf(given: string | null, isLocal: boolean, { ca }: Certificates): SslMode {
  if (given !== null && given !== "allow" && !MODES.includes(given)) {
    throw failure(`invalid sslmode ${JSON.stringify(given)} of url: expected ${MODES.join(", ")}`);
  }
  if (isLocal) return "disable";
  if (given === null) return ca === undefined ? "prefer" : "verify-full";
  // as libpq does: whoever gives certificates wants them to be looked at
  if (given === "require" && ca !== undefined) return "verify-ca";
  return given === "allow" ? "prefer" : given as SslMode;
}

function invalidUrl(): Error {
  return failure("invalid url: expected postgres://USER:PASSWORD@HOST:PORT/DATABASE");
}
