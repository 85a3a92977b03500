import { failure } from "../../value/mod.ts";

/** Takes the requests of a socket. */
export type SocketHandler = (request: Request) => Response | Promise<Response>;

/** What a listener holds of a socket. */
export interface SocketLease {
  /** `http://127.0.0.1:8000` */
  readonly url: string;
  /** Takes the requests from now on, in place of whoever took them before. */
  take(handler: SocketHandler): void;
  /** Takes no more requests, unless another has taken over already. */
  yield(handler: SocketHandler): void;
  /** Lets go of the socket; the last to do so closes it. */
  release(): Promise<void>;
}

interface Socket {
  server: Deno.HttpServer<Deno.NetAddr>;
  url: string;
  leases: number;
  handler: SocketHandler | undefined;
  /** Requests that came before there was a handler. */
  waiting: (() => void)[];
}

/** How long a request waits for a workflow that is being started, in milliseconds. */
const PATIENCE = 30_000;

/**
 * The sockets that a runtime has bound, by address. A socket stays open while somebody holds a lease of it: when a new
 * version of a listener has the same address, both hold one for a moment, and no connection is refused or cut.
 */
export class Sockets {
  readonly #sockets = new Map<string, Promise<Socket>>();
  #draining = false;

  /**
   * A lease of the socket at an address, bound now if nobody has it.
   *
   * @param port 0 for any that is free; `owner` tells such sockets apart.
   * @throws {Error} If the address cannot be bound.
   */
  async acquire(hostname: string, port: number, owner: string): Promise<SocketLease> {
    const key = `${hostname}:${port === 0 ? owner : port}`;
    let bound = this.#sockets.get(key);
    if (bound === undefined) {
      bound = Promise.resolve().then(() => bind(hostname, port));
      this.#sockets.set(key, bound);
      bound.catch(() => this.#sockets.delete(key));
    }
    const socket = await bound;
    socket.leases++;
    let held = true;
    return {
      url: socket.url,
      take: (handler) => {
        socket.handler = handler;
        for (const go of socket.waiting.splice(0)) go();
      },
      yield: (handler) => {
        if (socket.handler === handler) socket.handler = undefined;
      },
      release: async () => {
        if (!held) return;
        held = false;
        if (--socket.leases > 0) return;
        if (this.#sockets.get(key) === bound) this.#sockets.delete(key);
        if (!this.#draining) await socket.server.shutdown();
      },
    };
  }

  /** The URLs of all sockets, sorted. */
  async urls(): Promise<string[]> {
    return (await Promise.all(this.#sockets.values())).map(({ url }) => url).sort();
  }

  /** Takes no new connections and waits until the requests in flight are answered. */
  async drain(): Promise<void> {
    this.#draining = true;
    await Promise.all((await Promise.all(this.#sockets.values())).map(({ server }) => server.shutdown()));
  }
}

function bind(hostname: string, port: number): Socket {
  const socket: Partial<Socket> & Pick<Socket, "leases" | "waiting"> = { leases: 0, waiting: [] };
  const handle = (request: Request): Response | Promise<Response> => {
    const handler = socket.handler;
    return handler === undefined ? wait(socket as Socket, request) : handler(request);
  };
  try {
    socket.server = Deno.serve({ hostname, port, onListen() {}, onError: failed }, handle);
  } catch (thrown) {
    const why = thrown instanceof Deno.errors.AddrInUse ? "it is in use" : (thrown as Error).message;
    throw failure(`cannot listen on ${hostname}:${port}: ${why}`, { code: "address", cause: thrown });
  }
  const { addr } = socket.server;
  socket.url = `http://${addr.hostname.includes(":") ? `[${addr.hostname}]` : addr.hostname}:${addr.port}`;
  return socket as Socket;
}

/** Holds a request until a workflow takes the socket. */
async function wait(socket: Socket, request: Request): Promise<Response> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const taken = await Promise.race([
    new Promise<boolean>((resolve) => socket.waiting.push(() => resolve(true))),
    new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), PATIENCE)),
  ]);
  clearTimeout(timer);
  if (taken && socket.handler !== undefined) return await socket.handler(request);
  return new Response("Service Unavailable", { status: 503, headers: { "retry-after": "1" } });
}

function failed(): Response {
  return new Response("Internal Server Error", { status: 500 });
}
