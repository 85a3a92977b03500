import { failure } from "../../value/mod.ts";
import type { HttpConnectionData } from "../net/connection.ts";
import { type ReadSecret, type TlsOptions, tlsOptionsOf, valueOf, valuesOf } from "../net/resolved_secrets.ts";
import type { HttpDefaults } from "./outgoing_request.ts";
import { absolute } from "./target_url.ts";

/** A connection to an HTTP server with its secrets. */
export interface HttpConnection extends HttpDefaults {
  readonly tls: TlsOptions;
  readonly connections: number;
  readonly idle: number;
}

/** The connection of a node that names none. */
export const NO_CONNECTION: HttpConnection = {
  base: undefined,
  header: {},
  query: {},
  tls: {},
  connections: 64,
  idle: 15_000,
};

/** Returns a connection with its secrets read. @throws {Error} If one is not granted, or its URL is none. */
export async function readHttpConnection(data: HttpConnectionData, secret: ReadSecret): Promise<HttpConnection> {
  const { auth, limits } = data;
  const authorization: Readonly<Record<string, string>> = auth === undefined
    ? {}
    : { Authorization: await authorizationOf(auth, secret) };
  return {
    base: baseOf(await valueOf(data.baseUrl, secret)),
    header: { ...await valuesOf(data.header, secret), ...authorization },
    query: await valuesOf(data.query, secret),
    tls: await tlsOptionsOf(data.tls, secret),
    connections: limits.connections,
    idle: limits.idle,
  };
}

function baseOf(text: string): URL {
  try {
    return absolute(text);
  } catch {
    throw failure("invalid baseUrl: expected a URL such as https://api.example.com/v1, without user and password");
  }
}

async function authorizationOf(auth: NonNullable<HttpConnectionData["auth"]>, secret: ReadSecret): Promise<string> {
  if ("bearer" in auth) return `Bearer ${await secret(auth.bearer)}`;
  const user = await valueOf(auth.user, secret);
  if (user.includes(":")) throw failure('invalid auth.user: expected a name without ":", which would end it');
  return `Basic ${new TextEncoder().encode(`${user}:${await secret(auth.password)}`).toBase64()}`;
}
