import { dirname, relative, resolve } from "node:path";
import { stringify } from "@std/yaml";
import type { Process } from "../../flow/mod.ts";
import { type AddressKeeper, type SocketHandler, type SocketLease, Sockets } from "../../http/mod.ts";
import type { Interceptor, Runtime } from "../../runtime/mod.ts";
import { asError, isError, NONE, reasonOf, type Value } from "../../value/mod.ts";
import { expected, isSecretName, recordable, REDACTED, textOf, Unrecordable } from "./redact.ts";

/** How many requests are recorded. */
const MOST_TESTS = 100;
/** How large a body may be, in bytes. */
const LARGEST_BODY = 64 * 1024;
/** Headers that say nothing about a request itself. */
const CONNECTION = /^(?:host|connection|content-length|user-agent|accept-encoding|transfer-encoding|keep-alive)$/i;
/** Kinds whose effects stay within the engine: a test runs them as they are. */
const WITHIN: ReadonlySet<string> = new Set(["respond", "session", "trigger", "events", "gateway", "syscall"]);

/** Options of a recorder. */
export interface RecorderOptions {
  /** The file to write. */
  readonly file: string;
  /** The files and folders of specs. */
  readonly specs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Writes a log line. */
  log(level: "info" | "warn", message: string): void;
}

/** An answer of a node that reaches outside. */
interface Call {
  readonly node: string;
  readonly answer: unknown;
}

/** A request that is being served. */
interface Recording {
  readonly calls: Call[];
  /** Why it cannot be recorded. */
  problem?: string;
}

/** Writes a test for each request that a runtime serves. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #recordings = new WeakMap<Process, Recording>();
  /** What is being written. */
  #writing: Promise<void> = Promise.resolve();
  /** What is being appended to the file. */
  #appending: Promise<void> = Promise.resolve();
  #hasHead = false;
  #begun = 0;
  #runtime: Runtime | undefined;

  private constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Makes a recorder; its file is there from the first request on. @throws {Error} If there is one already. */
  static async create(options: RecorderOptions): Promise<Recorder> {
    const info = await Deno.stat(options.file).catch(() => undefined);
    if (info !== undefined) throw new Error(`invalid --record ${JSON.stringify(options.file)}: the file exists`);
    return new Recorder(options);
  }

  /** Returns sockets whose listeners are recorded. */
  sockets(warn: (message: string) => void, keeper: AddressKeeper | undefined): Sockets {
    return new RecordedSockets(warn, keeper, (handler, owner) => this.#around(handler, owner));
  }

  /** Records what nodes that reach outside answer. @param runtime The one that is recorded. */
  interceptor(runtime: Runtime): Interceptor {
    this.#runtime = runtime;
    return async ({ node, kind, payload, effect, process }, next) => {
      const recording = this.#recordings.get(process.root);
      if (recording === undefined || WITHIN.has(kind) || effect === "none" && kind !== "http") {
        return await next(payload);
      }
      // answers belong to calls in the order in which these began
      const index = recording.calls.push({ node, answer: { nothing: true } }) - 1;
      const answered = (answer: unknown) => recording.calls[index] = { node, answer };
      try {
        const outcome = await next(payload);
        try {
          answered(answerOf(outcome.port, outcome.payload));
        } catch (thrown) {
          recording.problem = `the answer of ${node} cannot be recorded: ${asError(thrown).message}`;
        }
        return outcome;
      } catch (thrown) {
        answered(answerOf(null, asError(thrown)));
        throw thrown;
      }
    };
  }

  /** Resolves when all that was served is written. */
  async close(): Promise<void> {
    await this.#writing;
  }

  #around(handler: SocketHandler, owner: string): SocketHandler {
    return (request, info) => {
      if (this.#begun >= MOST_TESTS || this.#runtime === undefined) return handler(request, info);
      const number = ++this.#begun;
      if (number === MOST_TESTS) this.#options.log("info", `records no more than ${MOST_TESTS} requests`);
      const time = new Date();
      const copy = request.body === null ? request : request.clone();
      const { processes } = this.#runtime;
      const before = new Set(processes.list());
      const responded = handler(request, info);
      // a request opens its process before anything else happens
      const process = processes.list().find((open) => !before.has(open));
      if (process === undefined) return responded;
      const recording: Recording = { calls: [] };
      this.#recordings.set(process, recording);
      return this.#record({ number, time, owner, request: copy, process, recording }, responded);
    };
  }

  async #record(
    { number, time, owner, request, process, recording }: {
      number: number;
      time: Date;
      owner: string;
      request: Request;
      process: Process;
      recording: Recording;
    },
    responded: Response | Promise<Response>,
  ): Promise<Response> {
    const response = await responded;
    const answer = response.body === null ? response : response.clone();
    const write = async () => {
      const { pathname, search } = redactedUrl(request.url);
      const test = { name: `${number}: ${request.method} ${pathname}`, clock: time.toISOString() };
      const send = { to: this.#nameOf(owner), request: { method: request.method, path: pathname + search } };
      try {
        const asked = { ...send, request: { ...send.request, ...await requestOf(request) } };
        const seen = await responseOf(answer);
        await process.ended;
        if (recording.problem !== undefined) throw new Unrecordable(recording.problem);
        await this.#append({ ...test, send: asked, mocks: mocksOf(recording.calls), expect: { answer: seen } });
      } catch (thrown) {
        if (!(thrown instanceof Unrecordable)) throw thrown;
        await this.#append({ ...test, skip: `cannot be recorded: ${thrown.message}`, send });
      }
    };
    this.#writing = Promise.all([this.#writing, write()]).then(() => {}, (thrown) => {
      this.#options.log("warn", `cannot record a request: ${reasonOf(asError(thrown))}`);
    });
    return response;
  }

  async #append(test: Record<string, unknown>): Promise<void> {
    const { mocks, ...rest } = test;
    const written = Array.isArray(mocks) && mocks.length === 0 ? rest : test;
    const text = stringify([written], { skipInvalid: true, useAnchors: false, lineWidth: -1 });
    const head = this.#hasHead ? "" : this.#head();
    this.#hasHead = true;
    const appended = this.#appending.then(() =>
      Deno.writeTextFile(this.#options.file, head + text.replace(/^(?=.)/gm, "  "), { append: true })
    );
    this.#appending = appended.catch(() => {});
    await appended;
  }

  #nameOf(owner: string): string {
    for (const { unit } of this.#runtime!.loader.table.units()) {
      const node = unit.nodes.find(({ symbol }) => symbol.id === owner);
      if (node !== undefined) return node.symbol.name;
    }
    return owner;
  }

  #head(): string {
    const { file, specs, env } = this.#options;
    const folder = dirname(resolve(file));
    const head = {
      ...specs.length > 0 && { specs: specs.map((path) => relative(folder, resolve(path)) || ".") },
      ...Object.keys(env).length > 0 && { env: redactedEnv(env) },
    };
    const text = Object.keys(head).length === 0 ? "" : stringify(head, { lineWidth: -1 });
    return `# recorded by weft start --record: read it before you keep it, it has the data of the requests\n${text}tests:\n`;
  }
}

/** Sockets whose handlers are put around. */
class RecordedSockets extends Sockets {
  readonly #around: (handler: SocketHandler, owner: string) => SocketHandler;

  constructor(
    warn: (message: string) => void,
    keeper: AddressKeeper | undefined,
    around: (handler: SocketHandler, owner: string) => SocketHandler,
  ) {
    super(warn, keeper);
    this.#around = around;
  }

  override async acquire(...address: Parameters<Sockets["acquire"]>): Promise<SocketLease> {
    const lease = await super.acquire(...address);
    const handlers = new Map<SocketHandler, SocketHandler>();
    return {
      ...lease,
      attach: (handler, credentials) => {
        let recorded = handlers.get(handler);
        if (recorded === undefined) handlers.set(handler, recorded = this.#around(handler, address[2]));
        return lease.attach(recorded, credentials);
      },
      detach: (handler) => lease.detach(handlers.get(handler) ?? handler),
    };
  }
}

function answerOf(port: string | null, payload: Value | typeof NONE): unknown {
  if (payload === NONE) return { nothing: true };
  if (isError(payload)) {
    const { message, code, details } = payload as Error & { code?: string; details?: Value };
    return {
      error: {
        message,
        ...code !== undefined && { code },
        ...details !== undefined && { details: recordable(details) },
      },
    };
  }
  return { payload: recordable(payload as Value), ...port !== null && port !== "out" && { port } };
}

/** Returns a mock for each node, with the answers to its calls. */
function mocksOf(calls: readonly Call[]): { node: string; answers: unknown[] }[] {
  const byNode = Map.groupBy(calls, ({ node }) => node);
  return Array.from(byNode, ([node, calls]) => ({ node, answers: calls.map(({ answer }) => answer) }));
}

async function requestOf(request: Request): Promise<Record<string, unknown>> {
  const headers = Object.fromEntries(
    [...request.headers].filter(([name]) => !CONNECTION.test(name))
      .map(([name, value]) => [name, isSecretName(name) ? REDACTED : value]),
  );
  const body = await bodyOf(request);
  return {
    ...Object.keys(headers).length > 0 && { headers },
    ...body !== undefined && { body },
  };
}

async function responseOf(response: Response): Promise<Record<string, unknown>> {
  const type = response.headers.get("content-type");
  const isEndless = type?.startsWith("text/event-stream") === true;
  const body = isEndless ? undefined : await bodyOf(response);
  if (isEndless) await response.body?.cancel();
  return {
    status: response.status,
    ...type !== null && { headers: { "content-type": type } },
    ...body !== undefined && { body: expected(body) },
  };
}

/** Returns a body as a test file has it: what its JSON means, or its text; undefined if there is none. */
async function bodyOf(message: Request | Response): Promise<unknown> {
  const bytes = await message.bytes();
  if (bytes.length === 0) return undefined;
  if (bytes.length > LARGEST_BODY) throw new Unrecordable(`a body has more than ${LARGEST_BODY} bytes`);
  const text = textOf(bytes);
  const type = message.headers.get("content-type") ?? "";
  if (/[/+]json\b/i.test(type)) {
    try {
      return recordable(JSON.parse(text));
    } catch {
      return text;
    }
  }
  if (!/x-www-form-urlencoded/i.test(type)) return text;
  return redactedQuery(new URLSearchParams(text)).toString();
}

function redactedUrl(url: string): URL {
  const redacted = new URL(url);
  if (redacted.search !== "") redacted.search = redactedQuery(redacted.searchParams).toString();
  return redacted;
}

function redactedQuery(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...query].map(([name, value]) => [name, isSecretName(name) ? REDACTED : value]));
}

/** Returns the variables without what may be a secret: by the name, or as the login in a URL. */
function redactedEnv(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map((
      [name, value],
    ) => [name, isSecretName(name) || /\/\/[^/]*@/.test(value) ? REDACTED : value]),
  );
}
