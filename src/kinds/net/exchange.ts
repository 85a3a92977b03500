import type { Log } from "@weft/weft/kind";
import type { NodeSymbol, Outcome, OutPort, Packet, Process } from "../../flow/mod.ts";
import { trace } from "../../flow/mod.ts";
import {
  badResponse,
  compressed,
  doubtOf,
  encodeResponse,
  findHttpError,
  HeaderRecords,
  httpCodec,
  isEventStream,
  isLong,
  type RawResponse,
  readResponse,
  type RequestData,
  type ResponseData,
  responseRequest,
  withHeartbeat,
} from "../../http/mod.ts";
import {
  type Answer,
  asError,
  Encoded,
  type Failure,
  failure,
  isError,
  type LogLevel,
  NONE,
  Stream,
} from "../../value/mod.ts";
import type { Internals } from "../internals.ts";
import { pathOfUrl } from "./access_entry.ts";

/** What a request needs of its listener. */
export interface ExchangeOptions {
  internals: Internals;
  log: Log;
  /** After how long without an event a stream of events gets a comment, in milliseconds. */
  heartbeat: number;
  out: OutPort;
  error: OutPort;
  /** Keeps the socket of the listener open until work has ended, when it is drained. */
  readonly keep: (work: Promise<void>) => void;
  /** Records that the client has gone away while its request was being upgraded. */
  readonly abandoned: () => void;
}

/** Statuses of requests without a route, which scanners make by the thousand. */
const UNROUTED: ReadonlySet<number> = new Set([404, 405]);
/** Counted for a client that went away before it was answered; it is never sent. */
const CLIENT_GONE = 499;
/** The status of an upgrade. */
const SWITCHING = 101;

/** One request and its response. */
export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #process: Process;
  readonly #request: Request;
  readonly #data: RequestData;
  readonly #body: Uint8Array | Stream | null;
  readonly #respond: (response: Response) => void;
  /** The error that was sent by the port `error`. */
  #failure: Failure | undefined;
  /** Whether the response was sent before the workflow has answered. */
  #isResponded = false;

  constructor(
    options: ExchangeOptions,
    process: Process,
    request: Request,
    data: RequestData,
    body: Uint8Array | Stream | null,
    respond: (response: Response) => void,
  ) {
    this.#options = options;
    this.#process = process;
    this.#request = request;
    this.#data = data;
    this.#body = body;
    this.#respond = respond;
  }

  /** Runs the workflow. */
  run(): void {
    const { internals: { flow }, out } = this.#options;
    this.#process.observer = this;
    if (!flow.emit(this.#process, out, new Encoded(httpCodec, this.#data), this)) this.#finish(NONE);
  }

  /**
   * Responds before the workflow has answered. What it answers then is not sent.
   *
   * @returns Why that cannot be done.
   */
  respond(answer: Answer): Failure | undefined {
    if (this.#isResponded) return failure("the request was answered already", { code: "conflict" });
    const response = this.#encode(answer, null);
    if (response.error !== undefined && response.error !== answer) return response.error;
    this.#isResponded = true;
    this.#record(response);
    this.#options.internals.answered(this.#process, response.status);
    this.#send(response);
    return undefined;
  }

  /** Its method. */
  get method(): string {
    return this.#data[0];
  }

  /** Its URL, as the client has asked for it. */
  get url(): string {
    return this.#data[1];
  }

  /** Its headers, as `headerText` writes them. */
  get headers(): string {
    return this.#data[2];
  }

  /** Records that the client has gone away while its request was being upgraded. */
  abandoned(): void {
    this.#options.abandoned();
  }

  /** Aborted when the client goes away before it is answered. */
  get gone(): AbortSignal {
    return this.#request.signal;
  }

  /** Keeps the socket of the listener open until work has ended, when it is drained. */
  get keep(): (work: Promise<void>) => void {
    return this.#options.keep;
  }

  /**
   * Responds with an upgrade to a websocket. What the workflow answers then is not sent.
   *
   * @param protocol The subprotocol, one of those that the client has offered.
   * @param idleTimeout After how long without a sign of life the websocket is closed, in seconds. Half as long, and it is
   *   asked for one. 0 for never.
   * @throws {Error} If the request was answered already, or asks for no upgrade.
   */
  upgrade(protocol: string | undefined, idleTimeout: number): WebSocket {
    if (this.#isResponded) throw failure("the request was answered already", { code: "conflict" });
    const { socket, response } = Deno.upgradeWebSocket(this.#request, { idleTimeout });
    // the option of Deno takes a protocol only where a space follows each comma of the header
    if (protocol !== undefined) response.headers.set("Sec-WebSocket-Protocol", protocol);
    this.#isResponded = true;
    this.#options.internals.answered(this.#process, SWITCHING);
    this.#count(SWITCHING, 0);
    this.#respond(response);
    return socket;
  }

  /** Answers a request whose body could not be read. */
  reject(error: Failure): void {
    if (findHttpError(error) !== undefined) return this.#fail(error);
    // nobody is there to read the answer
    this.#options.log.debug(`the client went away: ${error.message}`, { process: this.#process });
    this.#options.internals.flow.close(
      this.#process,
      failure("the client went away", { code: "aborted", cause: error }),
    );
    this.#count(CLIENT_GONE, 0);
    this.#respond(new Response(null, { status: 400 }));
  }

  /** For `Flow`: the answer of the workflow. */
  answered(_: Packet, answer: Outcome): void {
    if (isError(answer)) return this.#fail(answer);
    // what handles the error has no answer of its own
    this.#finish(answer === NONE && this.#failure !== undefined ? this.#failure : answer);
  }

  /** Sends an error by the port `error`; if that is not linked, or has sent one already, the error is the answer. */
  #fail(error: Failure): void {
    const { internals: { flow }, error: port } = this.#options;
    if (this.#failure === undefined && this.#process.status === "running") {
      this.#failure = error;
      if (flow.emit(this.#process, port, error, this)) return;
      this.#failure = undefined;
    }
    this.#finish(error);
  }

  /** Ends the process, then responds: what the process has to commit is committed before the first byte leaves. */
  #finish(answer: Outcome): void {
    if (this.#isResponded) return this.#end(answer);
    const { flow, answered } = this.#options.internals;
    const process = this.#process;
    let response = answer instanceof Encoded ? this.#decode(answer) : this.#encode(answer);
    this.#record(response);
    answered(process, response.status);
    if (!process.hasExitHooks) {
      flow.close(process, response.error);
      return this.#send(response);
    }
    const failed = response.error ?? (response.status >= 400 ? failure(`answered ${response.status}`) : undefined);
    flow.close(process, failed);
    void process.ended.then(() => {
      if (failed === undefined && process.error !== undefined) {
        if (response.body instanceof Stream) response.body.close();
        response = this.#encode(process.error);
        this.#record(response);
      }
      this.#send(response);
    });
  }

  /** Ends the process of a request that was responded to. */
  #end(answer: Outcome): void {
    const process = this.#process;
    const { error } = answer instanceof Encoded
      ? readResponse(answer.data as ResponseData)
      : { error: isError(answer) ? answer : undefined };
    if (error !== undefined) this.#report(error, "error");
    this.#options.internals.flow.close(process, error);
    this.#closeBody();
    if (!process.hasExitHooks) return;
    void process.ended.then(() => {
      if (process.error !== undefined && process.error !== error) this.#report(process.error, "error");
    });
  }

  /** Logs why the request failed, if it did. */
  #record({ status, error }: RawResponse): void {
    const handled = this.#failure;
    if (handled !== undefined && handled !== error) this.#report(handled, status >= 500 ? "warn" : "debug");
    if (error !== undefined) this.#report(error, status >= 500 ? "error" : UNROUTED.has(status) ? "debug" : "info");
  }

  #report(error: Failure, level: LogLevel): void {
    const { log, internals } = this.#options;
    if (error.code === "aborted") log.debug(error.message, { process: this.#process });
    else internals.failed(this.#process, error, level);
  }

  /** Reads a response that an executor has encoded. Only the host can compress what is long. */
  #decode(answer: Encoded): RawResponse {
    const response = readResponse(answer.data as ResponseData);
    if (!isLong(response.body)) return response;
    const { method, acceptEncoding, compression: rules } = responseRequest(this.#data);
    if (acceptEncoding === undefined) return response;
    return compressed(response, acceptEncoding, { head: method === "HEAD", streams: true, rules });
  }

  /** @param maker The packet whose node has made the answer, if that is known. */
  #encode(answer: Answer, maker: Packet | null = this.#options.internals.flow.maker): RawResponse {
    const { dev, redact, idOf } = this.#options.internals;
    const response = encodeResponse(answer, responseRequest(this.#data), {
      process: idOf(this.#process),
      dev,
      redact,
      streams: true,
    });
    // what cannot be sent is the fault of the node that made it
    if (response.error !== undefined && response.error !== answer && maker !== null) {
      trace(maker, response.error);
    }
    this.#doubt(answer, maker);
    return response;
  }

  /** Warns of an answer that may be wrong, once for each node that makes such. */
  #doubt(answer: Answer, maker: Packet | null): void {
    const symbol = maker?.port?.symbol;
    if (symbol === undefined || typeof answer !== "object" || doubted.has(symbol)) return;
    const doubt = doubtOf(answer);
    if (doubt === undefined) return;
    doubted.add(symbol);
    this.#options.log.warn(`${symbol.name}: ${doubt}`, { process: this.#process });
  }

  #send(response: RawResponse): void {
    // a process that goes on may still read the body
    if (!this.#isResponded && this.#body !== response.body) this.#closeBody();
    const made = this.#made(response);
    const { access, sockets } = this.#options.internals;
    if (access !== undefined && response.body instanceof Stream && made.body !== null) {
      sockets.traffic.count(made.status, Date.now() - this.#process.started);
      return this.#respond(counted(made, (bytes) => this.#tellAccess(made.status, bytes)));
    }
    this.#count(made.status, access === undefined ? 0 : sizeOf(response));
    this.#respond(made);
  }

  /** Counts the response, and tells the access log of it. @param bytes The size of its body. */
  #count(status: number, bytes: number): void {
    const { access, sockets } = this.#options.internals;
    sockets.traffic.count(status, Date.now() - this.#process.started);
    if (access !== undefined) this.#tellAccess(status, bytes);
  }

  #tellAccess(status: number, bytes: number): void {
    const { access, symbol, idOf } = this.#options.internals;
    access?.({
      listener: symbol.name,
      process: idOf(this.#process),
      client: this.#data[6],
      method: this.#data[0],
      path: pathOfUrl(this.#data[1]),
      status,
      duration: Date.now() - this.#process.started,
      bytes,
    });
  }

  /** Makes the response; that of an error, if the body is a stream that somebody has read already. */
  #made(response: RawResponse): Response {
    const { heartbeat } = this.#options;
    try {
      return toResponse(response, heartbeat);
    } catch (thrown) {
      const failed = this.#encode(badResponse(asError(thrown).message), null);
      this.#record(failed);
      return toResponse(failed, heartbeat);
    }
  }

  #closeBody(): void {
    if (this.#body instanceof Stream) this.#body.close();
  }

  /** For the process: a signal costs more than most requests do, so only one that lasts gets it. */
  onLongRunning(): void {
    lasting.set(this.#process, this);
    this.#request.signal.addEventListener("abort", this);
  }

  /** For the request's signal: the client went away. Nothing happens where the process has ended. */
  handleEvent(): void {
    if (this.#isResponded) return;
    const { flow } = this.#options.internals;
    flow.abort(this.#process, failure("the client went away", { code: "aborted" }));
  }
}

/** The exchanges of processes that last; those of others are the observers of their process. */
const lasting = new WeakMap<Process, Exchange>();

/** Returns the exchange of the request that has opened a process, if one has. */
export function exchangeOf(process: Process): Exchange | undefined {
  const { observer } = process;
  return observer instanceof Exchange ? observer : lasting.get(process);
}

/**
 * Responds to the request that has opened a process.
 *
 * @returns Why that cannot be done.
 */
export function respondTo(process: Process, answer: Answer): Failure | undefined {
  const exchange = exchangeOf(process);
  if (exchange !== undefined) return exchange.respond(answer);
  return failure("there is no request to respond to: the process was not opened by one", { code: "not_found" });
}

/** Returns the size of a body that is no stream, in bytes. */
function sizeOf({ body }: RawResponse): number {
  if (typeof body === "string") return new TextEncoder().encode(body).length;
  return body instanceof Uint8Array ? body.length : 0;
}

/** Returns a response that tells the size of its body when it has been sent, or its reader has gone. */
function counted(response: Response, tell: (bytes: number) => void): Response {
  let bytes = 0;
  const body = response.body!.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        controller.enqueue(chunk);
      },
      flush: () => tell(bytes),
      cancel: () => tell(bytes),
    }),
  );
  return new Response(body, response);
}

const records = new HeaderRecords();

/** Nodes of whose answers it was warned. */
const doubted = new WeakSet<NodeSymbol>();

function toResponse({ status, headers, body }: RawResponse, heartbeat: number): Response {
  const content = (body instanceof Stream ? streamOf(body, headers, heartbeat) : body) as BodyInit | null;
  if (body instanceof Stream && body.length !== undefined) {
    headers = [...headers, "content-length", String(body.length)];
  }
  return new Response(content, {
    status,
    headers: headers.length === 2 ? records.of(headers[0]!, headers[1]!) : pairs(headers),
  });
}

/** Returns the bytes of a stream; with comments, if it is one of events that nothing has compressed. */
function streamOf(body: Stream, headers: readonly string[], heartbeat: number): ReadableStream<Uint8Array> {
  let isOfEvents = false;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at]!.toLowerCase();
    if (name === "content-encoding") return body.take();
    if (name === "content-type") isOfEvents = isEventStream(headers[at + 1]!);
  }
  return isOfEvents ? withHeartbeat(body.take(), heartbeat) : body.take();
}

function pairs(headers: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i < headers.length; i += 2) pairs.push([headers[i]!, headers[i + 1]!]);
  return pairs;
}
