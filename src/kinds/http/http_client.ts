import {
  Agent as HttpAgent,
  type ClientRequest,
  type ClientRequestArgs,
  type IncomingMessage,
  request,
} from "node:http";
import { Agent as HttpsAgent, request as requestSecurely } from "node:https";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { failure, Stream } from "../../value/mod.ts";
import { hostAndPort, type RequestBody } from "../../http/mod.ts";
import { guardedLookup } from "../net/guarded_lookup.ts";
import type { PrivateHosts } from "../net/private_hosts.ts";
import type { TlsOptions } from "../net/resolved_secrets.ts";

/** Options of a client. */
export interface HttpClientOptions {
  readonly privateHosts: PrivateHosts;
  /** How many connections to one server may be open at a time. */
  readonly connections: number;
  /** How long a connection is kept while no request needs it, in milliseconds. */
  readonly idle: number;
  readonly tls: TlsOptions;
}

/** A request as it is sent. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  /** By name, as it is written. */
  readonly headers: ReadonlyMap<string, string | string[]>;
  readonly body: RequestBody | undefined;
}

type Connected = (error: Error | null, socket: Duplex) => void;

/** Returns a class of agents whose sockets connect to allowed addresses only. */
function guarded<Base extends typeof HttpAgent | typeof HttpsAgent>(Agent: Base, hosts: PrivateHosts) {
  return class extends (Agent as typeof HttpAgent) {
    override createConnection(options: ClientRequestArgs, connected?: Connected): Duplex {
      const lookup = guardedLookup(hosts, Number(options.port));
      // by the types of newer versions of Node, it may have none; an extension's packages may bring them
      return super.createConnection({ ...options, lookup } as ClientRequestArgs, connected) as Duplex;
    }
  };
}

/** Sends requests over connections that it keeps. It follows no redirects, and looks at no answer. */
export class HttpClient {
  readonly #hosts: PrivateHosts;
  readonly #http: HttpAgent;
  readonly #https: HttpAgent;

  constructor({ privateHosts, connections, idle, tls }: HttpClientOptions) {
    this.#hosts = privateHosts;
    // a connection that the server is about to close itself is the one that requests are lost on
    const options = { keepAlive: true, maxSockets: connections, timeout: idle, scheduling: "lifo" as const };
    this.#http = new (guarded(HttpAgent, privateHosts))(options);
    this.#https = new (guarded(HttpsAgent, privateHosts))({ ...options, ...tls } as typeof options);
  }

  /**
   * Sends a request. The body of the answer has not been read.
   *
   * @param signal Ends the request, and the answer, as long as it is read.
   * @param progressed Called after each chunk of a stream that the server has taken.
   * @throws {Error} Why there is no answer.
   */
  send(given: HttpRequest, signal: AbortSignal, progressed: () => void = () => {}): Promise<IncomingMessage> {
    const { method, url, headers, body } = given;
    const isSecure = url.protocol === "https:";
    const { host, port } = hostAndPort(url);
    // no lookup is made of an address
    if (isIP(host) !== 0) this.#hosts.check(host, port, host);
    return new Promise((resolve, reject) => {
      const sent = (isSecure ? requestSecurely : request)(url, {
        method,
        agent: isSecure ? this.#https : this.#http,
        headers: Object.fromEntries(headers),
      } as ClientRequestArgs);
      const abort = () => sent.destroy(signal.reason);
      const done = () => signal.removeEventListener("abort", abort);
      signal.addEventListener("abort", abort, { once: true });
      sent.on("close", done);
      sent.on("error", (error) => reject(signal.aborted ? signal.reason : lost(error, sent)));
      sent.on("response", resolve);
      sent.on("upgrade", (_, socket) => {
        socket.destroy();
        reject(failure("the server wants another protocol", { code: "bad_answer" }));
      });
      if (signal.aborted) abort();
      else write(sent, body?.content, progressed).catch((error) => sent.destroy(error));
    });
  }

  /** Closes the connections. Answers that are being read end. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

/** Returns an error, marked if it means that the server had closed a kept connection before it got the request. */
function lost(error: Error, sent: ClientRequest): Error {
  const { code } = error as { code?: string };
  if (!sent.reusedSocket || (code !== "ECONNRESET" && code !== "EPIPE")) return error;
  return Object.assign(error, { stale: true });
}

/** Reports whether a request failed because its connection had been closed by the server before. */
export function isStale(error: unknown): boolean {
  return (error as { stale?: boolean } | null)?.stale === true;
}

async function write(
  sent: ClientRequest,
  content: RequestBody["content"] | undefined,
  progressed: () => void,
): Promise<void> {
  if (content === undefined || typeof content === "string" || content instanceof Uint8Array) {
    sent.end(content);
    return;
  }
  for (const part of content instanceof Stream ? [content] : content) {
    if (!(part instanceof Stream)) await writeChunk(sent, part as Uint8Array);
    else {
      for await (const chunk of part.take()) {
        await writeChunk(sent, chunk);
        progressed();
      }
    }
  }
  sent.end();
}

/** Writes a chunk, and waits while the server takes no more. */
async function writeChunk(sent: ClientRequest, chunk: Uint8Array): Promise<void> {
  if (sent.destroyed) throw failure("the request has ended", { code: "connection_lost" });
  if (sent.write(chunk)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      sent.off("drain", done);
      sent.off("close", done);
      resolve();
    };
    sent.on("drain", done);
    sent.on("close", done);
  });
}
