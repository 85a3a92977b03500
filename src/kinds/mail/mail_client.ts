import type { SentMessageInfo, Transporter } from "nodemailer";
import { isIP, type Socket } from "node:net";
import { failure } from "../../value/mod.ts";
import { SECURITIES, type SmtpConnectionData } from "../net/connection.ts";
import { openSocket } from "../net/open_socket.ts";
import type { PrivateHosts } from "../net/private_hosts.ts";
import { type ReadSecret, type TlsOptions, tlsOptionsOf, valueOf } from "../net/resolved_secrets.ts";
import type { Message } from "./message.ts";

/** A connection to a mail server with its secrets. */
export interface SmtpConnection {
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly auth: { readonly user: string; readonly pass: string } | undefined;
  readonly tls: TlsOptions;
  readonly timeout: number;
  readonly connections: number;
  readonly idle: number;
}

type Security = typeof SECURITIES[number];

const PORTS = { starttls: 587, tls: 465, none: 25 } as const;

/** Returns a connection with its secrets read. @throws {Error} If one is not granted, or is not what it should be. */
export async function readSmtpConnection(data: SmtpConnectionData, secret: ReadSecret): Promise<SmtpConnection> {
  const { auth, timeout, limits } = data;
  const security = securityOf(await valueOf(data.security, secret));
  return {
    host: await valueOf(data.host, secret),
    port: data.port === undefined ? PORTS[security] : portOf(await valueOf(String(data.port), secret)),
    security,
    auth: auth === undefined
      ? undefined
      : { user: await valueOf(auth.user, secret), pass: await secret(auth.password) },
    tls: await tlsOptionsOf(data.tls, secret),
    timeout,
    connections: limits.connections,
    idle: limits.idle,
  };
}

function securityOf(text: string): Security {
  const known = SECURITIES.find((one) => one === text);
  if (known !== undefined) return known;
  throw failure(`invalid security of the connection: expected ${SECURITIES.join(", ")}`);
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw failure("invalid port of the connection: expected 0 to 65535");
}

/** What the server has said to a message. */
export type Delivery = Pick<SentMessageInfo, "messageId" | "accepted" | "rejected" | "response">;

/** Sends messages over connections that it keeps. */
export class MailClient {
  readonly #transport: Transporter;

  private constructor(transport: Transporter) {
    this.#transport = transport;
  }

  /** Makes a client. It connects when the first message is sent. */
  static async open(connection: SmtpConnection, hosts: PrivateHosts): Promise<MailClient> {
    const { host, port, security, auth, tls, timeout, connections, idle } = connection;
    // loaded only where there is a node that sends mail
    const { createTransport } = await import("nodemailer");
    return new MailClient(createTransport({
      pool: true,
      host,
      port,
      secure: security === "tls",
      requireTLS: security === "starttls",
      ignoreTLS: security === "none",
      ...auth !== undefined && { auth },
      tls: { ...tls, ...isIP(host) === 0 && { servername: host } },
      maxConnections: connections,
      idleTimeout: idle,
      maxRequeues: 1,
      connectionTimeout: timeout,
      greetingTimeout: timeout,
      socketTimeout: timeout,
      socketCloseTimeout: 0,
      disableFileAccess: true,
      disableUrlAccess: true,
      getSocket: (_: unknown, opened: (error: Error | null, options?: { connection: Socket }) => void) =>
        openSocket(hosts, host, port, timeout).then((connection) => opened(null, { connection }), opened),
    } as never));
  }

  /** Sends a message. @throws {Error} Why the server has not taken it, as nodemailer says it. */
  send(message: Message, signal: AbortSignal): Promise<Delivery> {
    return this.#transport.sendMail({ ...message, signal } as never) as Promise<Delivery>;
  }

  /** Connects and logs in, and sends nothing. @throws {Error} Why that does not work. */
  async verify(): Promise<void> {
    await this.#transport.verify();
  }

  /** Closes the connections. */
  close(): void {
    (this.#transport.close as (options: { force: boolean }) => void)({ force: true });
  }
}
