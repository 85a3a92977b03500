import { defineKind, type Kind, type Log } from "@weft/weft/kind";
import { z } from "zod";
import type { Outcome, OutPort, Packet, Process } from "../../flow/mod.ts";
import {
  DEFAULT_MAX_BODY,
  encodeResponse,
  headerText,
  httpCodec,
  type RawResponse,
  readBody,
  readResponse,
  type RequestData,
  type ResponseData,
  type SocketLease,
} from "../../http/mod.ts";
import { duration, port, size } from "../../spec/mod.ts";
import {
  type Answer,
  asError,
  Encoded,
  type Failure,
  failure,
  isError,
  NONE,
  Stream,
  type Value,
} from "../../value/mod.ts";
import { type Internals, internalsOf } from "../internals.ts";

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
  }],
  async prepare(context) {
    const internals = internalsOf(context);
    const { fields } = context;
    const { sockets, host, symbol } = internals;
    const lease = await sockets.acquire(fields.host ?? host, fields.port, symbol.id);
    const listener = new Listener(internals, context.log, fields, lease);
    return {
      load: () => lease.attach(listener.handler),
      unload: () => lease.detach(listener.handler),
      release: () => lease.release(),
    };
  },
});

class Listener {
  readonly #internals: Internals;
  readonly #log: Log;
  readonly #options: z.infer<typeof fields>;
  readonly #lease: SocketLease;
  readonly #out: OutPort;
  readonly #error: OutPort;
  /** Takes a request. */
  readonly handler = (request: Request): Response | Promise<Response> => this.#handle(request);

  constructor(internals: Internals, log: Log, options: z.infer<typeof fields>, lease: SocketLease) {
    this.#internals = internals;
    this.#log = log;
    this.#options = options;
    this.#lease = lease;
    this.#out = internals.symbol.out("out");
    this.#error = internals.symbol.out("error");
  }

  #handle(request: Request): Response | Promise<Response> {
    const { maxBody, stream, timeout } = this.#options;
    // before its body is read: a request belongs to the generation in which it came
    const process = this.#internals.open(timeout);
    if (process === undefined) {
      this.#internals.sockets.traffic.count(503, 0);
      return new Response("Service Unavailable", { status: 503, headers: { "retry-after": "1" } });
    }
    const { body } = request;
    if (body === null) return this.#run(request, process, null);
    if (stream) return this.#run(request, process, this.#streamOf(request, body));
    return this.#lease.reading(readBody(request, maxBody, timeout)).then(
      (body) => this.#run(request, process, body),
      (refused) => this.#refuse(request, process, asError(refused)),
    );
  }

  #streamOf(request: Request, body: ReadableStream<Uint8Array>): Stream | null {
    if (request.headers.get("content-length") === "0") return null;
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    this.#lease.reading(body.pipeTo(writable)).catch(() => {}); // whoever reads is told
    return Stream.from(readable);
  }

  /** Runs the workflow. */
  #run(request: Request, process: Process, body: Uint8Array | Stream | null): Promise<Response> {
    return new Promise((resolve) =>
      new Exchange(this.#internals, this.#log, process, request, body, resolve).run(
        this.#out,
        this.#error,
        this.#options.maxBody,
      )
    );
  }

  /** Answers a request whose body could not be read. */
  #refuse(request: Request, process: Process, error: Failure): Response {
    const response = encodeResponse(error, { method: request.method }, { process: this.#internals.idOf(process) });
    if (response.status >= 500) this.#internals.failed(process, error);
    this.#internals.flow.close(process, error);
    this.#internals.sockets.traffic.count(response.status, Date.now() - process.started);
    return toResponse(response);
  }
}

/** One request and its response. */
class Exchange {
  readonly #internals: Internals;
  readonly #log: Log;
  readonly #process: Process;
  readonly #request: Request;
  readonly #body: Uint8Array | Stream | null;
  readonly #respond: (response: Response) => void;
  #errorPort: OutPort | null = null;

  constructor(
    internals: Internals,
    log: Log,
    process: Process,
    request: Request,
    body: Uint8Array | Stream | null,
    respond: (response: Response) => void,
  ) {
    this.#internals = internals;
    this.#log = log;
    this.#process = process;
    this.#request = request;
    this.#body = body;
    this.#respond = respond;
  }

  run(out: OutPort, error: OutPort, maxBody: number): void {
    const { method, url, headers } = this.#request;
    const body = this.#body instanceof Stream ? this.#body.ticket : this.#body;
    const data: RequestData = [method, url, headerText(headers), body, maxBody];
    this.#process.observer = this;
    this.#errorPort = error;
    if (!this.#internals.flow.emit(this.#process, out, new Encoded(httpCodec, data), this)) this.#finish(NONE);
  }

  /** For `Flow`: the answer of the workflow. */
  answered(_: Packet, answer: Outcome): void {
    const port = this.#errorPort;
    if (isError(answer) && port !== null && this.#process.status === "running") {
      this.#errorPort = null;
      if (port.targets(this.#process.generation).length > 0) this.#internals.handled(this.#process, answer);
      if (this.#internals.flow.emit(this.#process, port, answer as Value, this)) return;
    }
    this.#finish(answer);
  }

  /** Ends the process, then responds: what the process has to commit is committed before the first byte leaves. */
  #finish(answer: Outcome): void {
    const { flow } = this.#internals;
    const process = this.#process;
    let response = answer instanceof Encoded ? readResponse(answer.data as ResponseData) : this.#encode(answer);
    if (response.error !== undefined) this.#report(response.error);
    this.#internals.answered(process, response.status);
    if (!process.hasExitHooks) {
      flow.close(process, response.error);
      return this.#send(response);
    }
    const failed = response.error ?? (response.status >= 400 ? failure(`answered ${response.status}`) : undefined);
    flow.close(process, failed);
    void process.ended.then(() => {
      if (failed === undefined && process.error !== undefined) {
        this.#report(process.error);
        response = this.#encode(process.error);
      }
      this.#send(response);
    });
  }

  #report(error: Failure): void {
    if (error.code === "aborted") this.#log.debug(error.message, { process: this.#process });
    else this.#internals.failed(this.#process, error);
  }

  #encode(answer: Answer): RawResponse {
    const { method, headers } = this.#request;
    const { dev } = this.#internals;
    const accept = headers.get("accept") ?? undefined;
    return encodeResponse(answer, { method, accept }, { process: this.#internals.idOf(this.#process), dev });
  }

  #send(response: RawResponse): void {
    if (this.#body instanceof Stream && this.#body !== response.body) this.#body.close();
    this.#internals.sockets.traffic.count(response.status, Date.now() - this.#process.started);
    this.#respond(toResponse(response));
  }

  /** For the process: a signal costs more than most requests do, so only one that lasts gets it. */
  onLongRunning(): void {
    this.#request.signal.addEventListener("abort", this);
  }

  /** For the request's signal: the client went away. Nothing happens where the process has ended. */
  handleEvent(): void {
    this.#internals.flow.abort(this.#process, failure("the client went away", { code: "aborted" }));
  }
}

function toResponse({ status, headers, body }: RawResponse): Response {
  const content = (body instanceof Stream ? body.take() : body) as BodyInit | null;
  return new Response(content, { status, headers: headers.length === 2 ? single(headers) : pairs(headers) });
}

/** Header records of one header, which are few and the same again and again. */
const singles = new Map<string, Record<string, string>>();

function single([name, value]: readonly string[]): Record<string, string> {
  const known = singles.get(value!);
  if (known !== undefined && Object.hasOwn(known, name!)) return known;
  const made = { [name!]: value! };
  if (singles.size < 100) singles.set(value!, made);
  return made;
}

function pairs(headers: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i < headers.length; i += 2) pairs.push([headers[i]!, headers[i + 1]!]);
  return pairs;
}
