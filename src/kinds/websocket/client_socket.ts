import { isIP, type LookupFunction } from "node:net";
import { hostAndPort } from "../../http/mod.ts";
import { failure } from "../../value/mod.ts";
import { clientError } from "../net/client_error.ts";
import { guardedLookup } from "../net/guarded_lookup.ts";
import type { PrivateHosts } from "../net/private_hosts.ts";
import type { TlsOptions } from "../net/resolved_secrets.ts";
import type { Message } from "./message.ts";

/** Where a client connects to, and how. */
export interface SocketOptions {
  readonly url: URL;
  readonly protocols: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
  readonly privateHosts: PrivateHosts;
  /** How long the server may take, in milliseconds. */
  readonly connectTimeout: number;
  /** How many bytes a message of the server may have. */
  readonly maxMessage: number;
}

/** What is used of a socket of the package ws. */
interface PackageSocket {
  readonly readyState: number;
  readonly protocol: string;
  readonly isPaused: boolean;
  on(event: "open" | "pong", handler: () => void): void;
  on(event: "message", handler: (data: Uint8Array, isBinary: boolean) => void): void;
  on(event: "error", handler: (error: Error) => void): void;
  on(event: "close", handler: (code: number, reason: Uint8Array) => void): void;
  on(event: "unexpected-response", handler: (request: unknown, response: { statusCode: number }) => void): void;
  send(message: Message, done: (error?: Error) => void): void;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
}

/** The class of the package ws. */
type PackageSocketClass = new (
  url: string,
  protocols: string[],
  options: Readonly<Record<string, unknown>>,
) => PackageSocket;

/** Loads the package ws, which only nodes that connect need. @throws {Error} If it may not read what it looks at. */
export async function loadPackage(): Promise<PackageSocketClass> {
  return (await import("ws")).WebSocket;
}

/** How it ended. */
export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
}

const OPEN = 1;
const decoder = new TextDecoder();

/** One websocket to a server. */
export class ClientSocket {
  readonly #socket: PackageSocket;
  readonly #name: string;
  readonly #closed = Promise.withResolvers<SocketEnd>();
  #error: Error | undefined;
  #isAlive = true;
  #pinging: ReturnType<typeof setInterval> | undefined;

  private constructor(socket: PackageSocket, name: string, onMessage: (message: string | Uint8Array) => void) {
    this.#socket = socket;
    this.#name = name;
    socket.on("message", (data, isBinary) => {
      this.#isAlive = true;
      // bytes are in a buffer that others share
      onMessage(isBinary ? new Uint8Array(data) : decoder.decode(data));
    });
    socket.on("pong", () => this.#isAlive = true);
    socket.on("error", (error) => this.#error ??= error);
    socket.on("close", (code, reason) => {
      clearInterval(this.#pinging);
      this.#closed.resolve({ code, reason: decoder.decode(reason) || this.#error?.message || "" });
    });
  }

  /**
   * Connects.
   *
   * @param signal Ends the attempt.
   * @throws {Failure} Why there is no websocket.
   */
  static async open(
    { url, protocols, headers, tls, privateHosts, connectTimeout, maxMessage }: SocketOptions,
    onMessage: (message: string | Uint8Array) => void,
    signal: AbortSignal,
  ): Promise<ClientSocket> {
    const name = nameOf(url);
    const { host, port } = hostAndPort(url);
    try {
      // no lookup is made of an address
      if (isIP(host) !== 0) privateHosts.check(host, port, host);
      const WebSocket = await loadPackage();
      const lookup: LookupFunction = guardedLookup(privateHosts, port);
      const socket = new WebSocket(url.href, [...protocols], {
        ...tls,
        headers,
        lookup,
        followRedirects: false,
        maxPayload: maxMessage,
        perMessageDeflate: false,
      });
      const client = new ClientSocket(socket, name, onMessage);
      await new Promise<void>((resolve, reject) => {
        const abort = () => {
          reject(signal.reason);
          socket.terminate();
        };
        signal.addEventListener("abort", abort, { once: true });
        const timer = setTimeout(() => {
          client.#error = failure(`no answer within ${connectTimeout} ms`, { code: "timeout" });
          socket.terminate();
        }, connectTimeout);
        const settled = (settle: () => void) => () => {
          clearTimeout(timer);
          signal.removeEventListener("abort", abort);
          settle();
        };
        socket.on("open", settled(resolve));
        socket.on("close", settled(() => reject(client.#error ?? new Error("the connection was closed"))));
        socket.on("unexpected-response", (_, { statusCode }) => {
          client.#error = unexpected(statusCode);
          socket.terminate();
        });
      });
      return client;
    } catch (thrown) {
      throw clientError(name, thrown);
    }
  }

  /** The subprotocol that was agreed on. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  /** Resolves when it has ended. */
  get closed(): Promise<SocketEnd> {
    return this.#closed.promise;
  }

  /** Whether it can send. */
  get isOpen(): boolean {
    return this.#socket.readyState === OPEN;
  }

  /** Asks the server for a sign of life now and then, and ends where none came. @param interval In milliseconds. */
  ping(interval: number): void {
    this.#pinging = setInterval(() => {
      if (!this.#isAlive) {
        this.#error ??= new Error(`no answer to a ping within ${interval} ms`);
        return this.#socket.terminate();
      }
      this.#isAlive = false;
      if (this.isOpen) this.#socket.ping();
    }, interval);
  }

  /** Sends a message, and waits until it was handed to the system. @throws {Failure} `connection_lost`, if it was not. */
  async send(message: Message): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.send(message, (error) => {
        if (error === undefined || error === null) return resolve();
        reject(failure(`${this.#name}: the connection was lost`, { code: "connection_lost", cause: error }));
      });
    });
  }

  /** Stops reading: the server is slowed down. */
  pause(): void {
    if (this.isOpen && !this.#socket.isPaused) this.#socket.pause();
  }

  /** Goes on reading. */
  resume(): void {
    if (this.#socket.isPaused) this.#socket.resume();
  }

  /** Closes it; ends it, if the server does not answer. @returns When it has ended. */
  async close(code: number, reason: string): Promise<void> {
    this.resume(); // the server's close is read
    this.#socket.close(code, reason);
    const timer = setTimeout(() => this.#socket.terminate(), CLOSING);
    await this.closed;
    clearTimeout(timer);
  }
}

/** How long a server may take to answer a close, in milliseconds. */
const CLOSING = 1_000;

/** Returns how messages name a server: without parameters, which may be secrets. */
export function nameOf({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

function unexpected(status: number): Error {
  const message = `the status of the answer is ${status} in place of 101`;
  return failure(message, { code: status >= 300 && status < 400 ? "redirect" : "bad_status" });
}
