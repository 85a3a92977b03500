import { defineKind, type Kind, type Log } from "@weft/weft/kind";
import { z } from "zod";
import {
  clientOf,
  clientUrl,
  type Compress,
  CredentialWatch,
  DEFAULT_MAX_BODY,
  findHeader,
  headerText,
  isLoopback,
  isOwnHost,
  isValidHost,
  type Network,
  parseNetwork,
  plainAddress,
  readBody,
  readCredentials,
  type RequestData,
  type SocketHandler,
  type SocketLease,
} from "../../http/mod.ts";
import { duration, port, size } from "../../spec/mod.ts";
import { asError, Stream } from "../../value/mod.ts";
import { type Internals, internalsOf } from "../internals.ts";
import { listening, type Subscriptions, subscriptionsOf } from "../system/subscriptions.ts";
import { pathOfUrl } from "./access_entry.ts";
import { Exchange, type ExchangeOptions } from "./exchange.ts";
import { reaches } from "./reaches.ts";

const fields = z.object({
  protocol: z.enum(["http"]).default("http").meta({ description: "What is spoken on the socket." }),
  host: z.string().min(1).optional().meta({
    description: "The address to bind. Default: that of `start --host`, or 127.0.0.1.",
  }),
  port: port(),
  maxBody: size().default(DEFAULT_MAX_BODY).meta({
    description: "How many bytes the body of a request may have; a larger one is answered 413. Default 1MiB.",
  }),
  stream: z.boolean().default(false).meta({
    description: "Whether the body is handed on as a stream instead of being read, however large. Default false.",
  }),
  rawBody: z.boolean().default(false).meta({
    description: "Whether the payload has the bytes of the body as they came too, as `rawBody`. Default false.",
  }),
  compress: z.union([
    z.boolean(),
    z.strictObject({
      minimum: size().default(1024).meta({ description: "The least size of a body. Default 1KiB." }),
      types: z.array(z.string().regex(/^[\w.+*-]+\/[\w.+*-]+$/)).optional().meta({
        description: "The types, such as `text/csv` and `image/*`. Default: those that shrink.",
      }),
    }),
  ]).default(true).meta({
    description: "Whether answers of 1 KiB and more are compressed for clients that accept it, or which. Default true.",
  }),
  heartbeat: duration().default(15_000).meta({
    description: "After how long without an event a stream of events gets a comment. Default 15s.",
  }),
  trustedProxies: z.array(z.string()).default([]).meta({
    description: "Networks and addresses of proxies, such as `10.0.0.0/8`, whose `Forwarded` or `X-Forwarded-For`, " +
      "`-Proto` and `-Host` say who the client is and what it asked for.",
  }),
  tls: z.strictObject({
    cert: z.string().min(1).meta({
      description: "The file of the certificate, with those that it is signed by, in PEM.",
    }),
    key: z.string().min(1).meta({ description: "The file of its private key, in PEM." }),
  }).optional().meta({
    description: "Makes the listener speak HTTPS, and HTTP/2 with clients that want it. Changed files are read again.",
  }),
  hosts: z.array(z.string().min(1)).default([]).meta({
    description: "Host names by which a listener on a loopback address that leads to a syscall may be asked, besides " +
      "IP addresses and localhost.",
  }),
  timeout: duration().default(30_000).meta({ description: "How long a request may take in all. Default 30s." }),
});

/** Takes HTTP requests and opens a process for each. */
export const listener: Kind = defineKind({
  name: "listener",
  summary: "Takes HTTP requests: each opens a process of its own, and what out answers is the response.",
  place: "host",
  fields,
  ports: { in: [], out: ["out", "error"] },
  about:
    "A request belongs to the version in force when it came, until it is answered. A socket belongs to its address: " +
    "a change that leaves host and port as they are loses no request. [Requests and responses](../requests.md) has the " +
    "payload and what an answer may be.",
  portSummaries: {
    out: "Each request; the answer is the response.",
    error: "Errors that would be a response of status 500; what this port answers is the response instead.",
  },
  errors: {
    address: "The address is in use or not available: the change is rejected.",
    invalid: "A file of `tls` cannot be read, or is not what it should be: the change is rejected.",
    bad_request: "A body cannot be decoded (400).",
    request_timeout: "A body did not arrive in time (408).",
    too_large: "A body exceeds `maxBody` (413).",
    unsupported_media_type: "A body has an encoding or charset that is not supported (415).",
    bad_response: "An answer cannot be sent as a response (500).",
    timeout: "The request exceeded `timeout` (500).",
    busy: "Too many processes are open (503).",
    aborted: "The client went away.",
  },
  examples: [{ title: "Listen on a port", spec: { kind: "listener", protocol: "http", port: 8000 } }, {
    title: "Accept large uploads on every interface",
    spec: { kind: "listener", protocol: "http", host: "0.0.0.0", port: 8080, maxBody: "64MiB", timeout: "2m" },
  }, {
    title: "Behind a proxy on the same machine",
    spec: { kind: "listener", protocol: "http", port: 8000, trustedProxies: ["127.0.0.0/8", "::1"] },
  }],
  check: ({ trustedProxies }) =>
    trustedProxies.flatMap((network, index) =>
      parseNetwork(network) !== undefined ? [] : [{
        location: { path: ["trustedProxies", index] },
        message: `invalid network ${JSON.stringify(network)}: expected one such as 10.0.0.0/8, fd00::/8 or 192.0.2.7`,
      }]
    ),
  async prepare(context) {
    const internals = internalsOf(context);
    const { fields, log } = context;
    const { sockets, host, symbol } = internals;
    const { tls } = fields;
    let credentials = tls === undefined ? undefined : await readCredentials(tls);
    const subscriptions = await subscriptionsOf(internals);
    const lease = await sockets.acquire(fields.host ?? host, fields.port, symbol.id, credentials);
    const { handler } = new Listener(internals, log, fields, lease, subscriptions);
    let watch: CredentialWatch | undefined;
    return {
      async load() {
        await lease.attach(handler, credentials);
        if (tls === undefined || credentials === undefined) return;
        watch = new CredentialWatch(tls, credentials, async (changed) => {
          credentials = changed;
          await lease.attach(handler, changed);
          log.info("the certificate has changed: new connections get the new one");
        }, (reason) => log.warn(`the certificate stays the one before: ${reason}`));
      },
      unload() {
        watch?.stop();
        lease.detach(handler);
      },
      release: () => lease.release(),
    };
  },
});

/** The methods that a request may have as far as the listener is concerned. */
const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

class Listener {
  readonly #internals: Internals;
  readonly #options: z.infer<typeof fields>;
  readonly #lease: SocketLease;
  readonly #subscriptions: Subscriptions;
  readonly #exchange: ExchangeOptions;
  readonly #trusted: readonly Network[];
  readonly #compress: Compress;
  /** The host that Deno puts into the URL of a request that names none. */
  readonly #unnamed: string;
  /** The last host that was valid: clients send the same one over and over. */
  #valid = "";
  /** Takes a request. */
  readonly handler: SocketHandler = (request, info) => this.#handle(request, info.remoteAddr);

  constructor(
    internals: Internals,
    log: Log,
    options: z.infer<typeof fields>,
    lease: SocketLease,
    subscriptions: Subscriptions,
  ) {
    this.#internals = internals;
    this.#subscriptions = subscriptions;
    this.#options = options;
    this.#lease = lease;
    // over TLS, HTTP/2 names its host in the URL only
    this.#unnamed = options.tls === undefined ? `http://localhost${lease.port === 80 ? "" : `:${lease.port}`}/` : " ";
    const { compress, trustedProxies, heartbeat } = options;
    this.#trusted = trustedProxies.map((network) => parseNetwork(network)!);
    this.#compress = typeof compress === "boolean" ? compress : [compress.minimum, compress.types ?? null];
    const { symbol } = internals;
    this.#exchange = {
      internals,
      log,
      heartbeat,
      out: symbol.out("out"),
      error: symbol.out("error"),
      keep: (work) => void lease.reading(work),
      abandoned: () => lease.abandoned(),
    };
  }

  #handle(request: Request, peer: Deno.NetAddr): Response | Promise<Response> {
    const { maxBody, stream, timeout, rawBody } = this.#options;
    const { method, url } = request;
    const headers = headerText(request.headers);
    const host = findHeader(headers, "host");
    if (host === undefined ? url.startsWith(this.#unnamed) : !this.#isValid(host)) {
      return this.#reject(
        400,
        `invalid Host ${JSON.stringify(host ?? "")}: expected a name or an address`,
        request,
        peer,
      );
    }
    if (method === "CONNECT") {
      const reason = "invalid method CONNECT: expected another, because this is not a proxy";
      return this.#reject(405, reason, request, peer, { allow: METHODS });
    }
    // before its body is read: a request belongs to the generation in which it came
    const process = this.#internals.open(timeout);
    if (process === undefined) return this.#reject(503, "Service Unavailable", request, peer, { "retry-after": "1" });
    const name = host ?? URL.parse(url)?.host ?? "";
    if (this.#isForeign(name, process.generation)) {
      this.#internals.flow.close(process);
      return this.#reject(
        403,
        `unknown host ${JSON.stringify(name)}: expected an address, localhost, or one of the listener's hosts`,
        request,
        peer,
      );
    }
    const { body } = request;
    const client = this.#trusted.length === 0 ? undefined : clientOf(peer.hostname, headers, this.#trusted);
    const address = client?.address ?? plainAddress(peer.hostname);
    const asked = client === undefined ? url : clientUrl(url, client);
    const data = (body: Uint8Array | number | null): RequestData => [
      method,
      asked,
      headers,
      body,
      maxBody,
      this.#compress,
      address,
      rawBody,
    ];
    const exchange = (body: Uint8Array | Stream | null, then: (exchange: Exchange) => void): Promise<Response> =>
      new Promise((resolve) => {
        const sent = data(body instanceof Stream ? body.ticket : body);
        then(new Exchange(this.#exchange, process, request, sent, body, resolve));
      });
    if (body === null) return exchange(null, (exchange) => exchange.run());
    if (stream) return exchange(this.#streamOf(request, body), (exchange) => exchange.run());
    return this.#lease.reading(readBody(request, maxBody, timeout)).then(
      (body) => exchange(body, (exchange) => exchange.run()),
      (thrown) => exchange(null, (exchange) => exchange.reject(asError(thrown))),
    );
  }

  #isValid(host: string): boolean {
    if (host === this.#valid) return true;
    if (!isValidHost(host)) return false;
    this.#valid = host;
    return true;
  }

  /** Reports whether a page of another site may have sent a request that leads to the engine itself. */
  #isForeign(host: string, generation: number): boolean {
    const { hosts } = this.#options;
    if (!isLoopback(this.#lease.hostname) || isOwnHost(host, hosts)) return false;
    return reaches(this.#internals.symbol, "syscall", generation, () => listening(this.#subscriptions));
  }

  #streamOf(request: Request, body: ReadableStream<Uint8Array>): Stream | null {
    if (request.headers.get("content-length") === "0") return null;
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    this.#lease.reading(body.pipeTo(writable)).catch(() => {}); // whoever reads is told
    return Stream.from(readable);
  }

  /** Answers a request that opens no process. */
  #reject(
    status: number,
    error: string,
    { method, url }: Request,
    peer: Deno.NetAddr,
    headers: Record<string, string> = {},
  ): Response {
    const { sockets, access, symbol } = this.#internals;
    sockets.traffic.count(status, 0);
    access?.({
      listener: symbol.name,
      client: plainAddress(peer.hostname),
      method,
      path: pathOfUrl(url),
      status,
      duration: 0,
      bytes: status === 503 ? error.length : JSON.stringify({ error }).length,
    });
    if (status === 503) return new Response(error, { status, headers });
    return Response.json({ error }, { status, headers });
  }
}
