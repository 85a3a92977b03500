import { failure } from "../../value/mod.ts";
import { HttpClient } from "../http/http_client.ts";
import { readHttpConnection } from "../http/http_connection.ts";
import { MailClient, readSmtpConnection } from "../mail/mail_client.ts";
import { mailError } from "../mail/mail_error.ts";
import { tryDatabase } from "../sql/database_connection.ts";
import { clientError } from "./client_error.ts";
import { connectionData, type HttpConnectionData, type SmtpConnectionData } from "./connection.ts";
import type { PrivateHosts } from "./private_hosts.ts";
import type { ReadSecret } from "./resolved_secrets.ts";

/** What a connection is tried with. */
export interface TryOptions {
  readonly secret: ReadSecret;
  readonly privateHosts: PrivateHosts;
}

/** How long a server may take to answer, in milliseconds. */
const PATIENCE = 10_000;

/**
 * Tries whether a server accepts a connection: HTTP is asked for the head of its base URL, a mail server for a login, a
 * database for a row.
 *
 * @param data The data of the connection, valid.
 * @throws {Failure} Why it does not.
 */
export async function tryConnection(data: unknown, options: TryOptions): Promise<void> {
  const read = connectionData.parse(data);
  if (read.type === "http") await tryHttp(read, options);
  else if (read.type === "smtp") await trySmtp(read, options);
  else await tryDatabase(read, { ...options, timeout: PATIENCE });
}

async function tryHttp(data: HttpConnectionData, { secret, privateHosts }: TryOptions): Promise<void> {
  const { base, header, query, tls, connections, idle } = await readHttpConnection(data, secret);
  const url = new URL(base!);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const client = new HttpClient({ privateHosts, tls, connections, idle });
  const controller = new AbortController();
  const late = () => controller.abort(failure(`no answer within ${PATIENCE} ms`, { code: "timeout" }));
  const timer = setTimeout(late, PATIENCE);
  const what = `HEAD ${url.origin}${url.pathname}`;
  try {
    const request = { method: "HEAD", url, headers: new Map(Object.entries(header)), body: undefined };
    const answer = await client.send(request, controller.signal).catch((error) => {
      throw clientError(what, error);
    });
    answer.resume();
    const { statusCode } = answer;
    if (statusCode === 401 || statusCode === 403 || statusCode === 407) {
      throw failure(`${what}: the status of the answer is ${statusCode}`, { code: "auth_failed" });
    }
  } finally {
    clearTimeout(timer);
    client.close();
  }
}

async function trySmtp(data: SmtpConnectionData, { secret, privateHosts }: TryOptions): Promise<void> {
  const connection = await readSmtpConnection(data, secret);
  const client = await MailClient.open(connection, privateHosts);
  try {
    await client.verify();
  } catch (error) {
    throw mailError(`${connection.host}:${connection.port}`, error);
  } finally {
    client.close();
  }
}
