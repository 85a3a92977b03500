import { type RuntimeStatus, runtimeStatus } from "../api/mod.ts";
import { type AddressKeeper, isLoopback, isOwnHost, Server, takeOver } from "../http/mod.ts";
import type { Runtime } from "../runtime/mod.ts";
import { failure } from "../value/mod.ts";
import { metrics } from "./metrics.ts";

/** Options of an admin server. */
export interface AdminOptions {
  /** Host names that it answers to on a loopback address, besides IP addresses and localhost. Default none. */
  hosts?: readonly string[];
  /** Writes a log line about connections that cannot be accepted. */
  warn?: (message: string) => void;
}

/**
 * A read-only HTTP server for operators: `/health`, `/ready`, `/status` and `/metrics`. It is up before the runtime, so
 * that a slow start can be told from one that hangs.
 */
export class Admin implements AsyncDisposable {
  readonly #server: Server;
  readonly #hosts: readonly string[];
  readonly #started = performance.now();
  #runtime: Runtime | undefined;
  /** Whether head has run. If a later head is rejected, the runtime still serves. */
  #reached = false;
  #draining = false;

  /**
   * Starts a server at an address that a keeper stands at.
   *
   * @throws {Error} If the address is invalid or cannot be bound.
   */
  static async at(address: string, keeper: AddressKeeper | undefined, options?: AdminOptions): Promise<Admin> {
    if (keeper === undefined) return new Admin(address, options);
    let admin: Admin | undefined;
    await takeOver(keeper, parseAddress(address).port, () => (admin = new Admin(address, options)).#server);
    return admin!;
  }

  /** @throws {Error} If the address is invalid or cannot be bound. */
  constructor(address: string, options: AdminOptions = {}) {
    const { hostname, port } = parseAddress(address);
    const { warn = () => {} } = options;
    this.#hosts = options.hosts ?? [];
    try {
      this.#server = new Server({ hostname, port, handle: (request) => this.#respond(request), warn });
    } catch (thrown) {
      if (thrown instanceof Deno.errors.AddrInUse) {
        throw failure(`admin: port ${port} is already in use`, { code: "address" });
      }
      throw failure(`admin: cannot listen on ${address}`, { code: "address", cause: thrown });
    }
  }

  /** The URL of the server: `http://127.0.0.1:9180`. */
  get url(): string {
    const { hostname, port } = this.#server;
    return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  }

  /** Starts serving the status of a runtime. */
  attach(runtime: Runtime): void {
    this.#runtime = runtime;
  }

  /** Marks the runtime as draining, and therefore not ready. */
  drain(): void {
    this.#draining = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #respond({ method, url }: Request): Promise<Response> {
    const parsed = URL.parse(url);
    if (parsed === null) return text("bad request: invalid Host\n", 400);
    const { pathname, host } = parsed;
    if (isLoopback(this.#server.hostname) && !isOwnHost(host, this.#hosts)) {
      return text(`forbidden: unknown host ${JSON.stringify(host)}; name it with --admin-host\n`, 403);
    }
    const known = ["/health", "/ready", "/status", "/metrics"].includes(pathname);
    if (!known) return text("not found: expected /health, /ready, /status or /metrics\n", 404);
    if (method !== "GET" && method !== "HEAD") {
      return text("method not allowed: expected GET or HEAD\n", 405, { allow: "GET, HEAD" });
    }
    if (pathname === "/health") return text("ok\n");
    if (pathname === "/ready") return await this.#readiness();
    if (this.#runtime === undefined) return text(`${this.#state}\n`, 503);
    const now = await this.#status(this.#runtime);
    if (pathname === "/status") return Response.json(now, { headers: FRESH });
    return text(metrics(now, this.#runtime.sockets.traffic, this.#runtime.metrics), 200, {
      "content-type": METRICS_TYPE,
    });
  }

  /** Tells whether the runtime is ready, and the databases that it needs. */
  async #readiness(): Promise<Response> {
    if (!this.#ready) return text(`${this.#state}\n`, 503);
    const failed = await this.#runtime!.healthChecks.failed();
    return failed.length === 0 ? text("ready\n") : text(`${failed.join("\n")}\n`, 503);
  }

  get #ready(): boolean {
    this.#reached ||= this.#runtime !== undefined && this.#runtime.follower.rejected === undefined;
    return this.#reached && !this.#draining && this.#runtime?.follower.storeReplaced !== true;
  }

  /** Why the runtime is not ready. */
  get #state(): string {
    if (this.#draining) return "draining";
    if (this.#runtime === undefined) return "starting";
    return this.#runtime.follower.storeReplaced ? "store replaced" : "head rejected";
  }

  #status(runtime: Runtime): Promise<RuntimeStatus> {
    const uptime = (performance.now() - this.#started) / 1_000;
    return runtimeStatus(runtime, { ready: this.#ready, draining: this.#draining, uptime });
  }
}

const FRESH = { "cache-control": "no-store" };
const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

function text(body: string, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(body, { status, headers: { "content-type": "text/plain; charset=utf-8", ...FRESH, ...headers } });
}

/**
 * Parses `HOST:PORT` or `[HOST]:PORT`.
 *
 * @throws {Error} If the address has another form.
 */
export function parseAddress(address: string): { hostname: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw failure(`invalid --admin ${JSON.stringify(address)}: expected HOST:PORT such as 127.0.0.1:9180`);
  }
  return { hostname: (match[1] ?? match[2])!, port };
}
