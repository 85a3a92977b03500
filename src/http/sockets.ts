import { failure, within } from "../value/mod.ts";
import { Traffic } from "./traffic.ts";

/** Takes the requests of a socket. */
export type SocketHandler = (request: Request) => Response | Promise<Response>;

/** What a listener holds of a socket. */
export interface SocketLease {
  /** `http://127.0.0.1:8000` */
  readonly url: string;
  /** Takes the requests from now on, in place of whoever took them before. */
  attach(handler: SocketHandler): void;
  /** Takes no more requests, unless another has taken over already. */
  detach(handler: SocketHandler): void;
  /** Has the socket undo open until a body has arrived, or its reading failed. */
  reading<T>(body: Promise<T>): Promise<T>;
  /** Lets go of the socket; the last to do so closes it, once its requests are answered. */
  release(): Promise<void>;
}

interface Lease {
  readonly owner: string;
  /** Whether the owner is about to let go of it, so that another may take the address. */
  leaving: boolean;
}

interface Socket {
  server: Deno.HttpServer<Deno.NetAddr>;
  url: string;
  readonly leases: Set<Lease>;
  /** Bodies that are being read. */
  bodies: number;
  /** Told that the last of them has arrived, once the socket is to be closed. */
  closing?: () => void;
  handler: SocketHandler | undefined;
  /** Whether requests wait for a handler when there is none. */
  opening: boolean;
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
  readonly traffic = new Traffic();
  readonly #sockets = new Map<string, Promise<Socket>>();
  #draining = false;

  /**
   * A lease of the socket at an address, bound now if nobody has it.
   *
   * @param port 0 for any that is free.
   * @param owner Who takes it: an address is of one owner at a time.
   * @throws {Error} If the address cannot be bound, or is another's who is not about to let go of it (`markReplaced`).
   */
  async acquire(hostname: string, port: number, owner: string): Promise<SocketLease> {
    const key = `${hostname}:${port === 0 ? owner : port}`;
    const socket = await this.#bound(key, hostname, port);
    for (const other of socket.leases) {
      if (other.owner !== owner && !other.leaving) throw inUse(hostname, port, "by another listener of this runtime");
    }
    const lease: Lease = { owner, leaving: false };
    socket.leases.add(lease);
    return {
      url: socket.url,
      attach: (handler) => {
        socket.handler = handler;
        for (const go of socket.waiting.splice(0)) go();
      },
      detach: (handler) => {
        if (socket.handler !== handler) return;
        socket.handler = undefined;
        socket.opening = false;
      },
      reading: (body) => reading(socket, body),
      release: async () => {
        if (!socket.leases.delete(lease) || socket.leases.size > 0) return;
        this.#sockets.delete(key);
        if (!this.#draining) await shut(socket);
      },
    };
  }

  /**
   * Says that what these owners hold now is about to be let go of, so that others may take it in the same change.
   *
   * @returns Takes that back.
   */
  async markReplaced(owners: ReadonlySet<string>): Promise<() => void> {
    const leaving: Lease[] = [];
    for (const { leases } of await this.#open()) {
      for (const lease of leases) if (owners.has(lease.owner) && !lease.leaving) leaving.push(lease);
    }
    for (const lease of leaving) lease.leaving = true;
    return () => leaving.forEach((lease) => lease.leaving = false);
  }

  /** Says that whoever wants to take a socket has done so: requests at the others are refused and wait no more. */
  async finishSwap(): Promise<void> {
    for (const socket of await this.#open()) {
      socket.opening = false;
      for (const go of socket.waiting.splice(0)) go();
    }
  }

  /** The sockets that are bound, once those that are being bound are or cannot be. */
  async #open(): Promise<Socket[]> {
    const bound = await Promise.allSettled(this.#sockets.values());
    return bound.flatMap((socket) => socket.status === "fulfilled" ? [socket.value] : []);
  }

  /** The socket of a key, bound if it is not. */
  async #bound(key: string, hostname: string, port: number): Promise<Socket> {
    for (;;) {
      let bound = this.#sockets.get(key);
      if (bound === undefined) {
        bound = Promise.resolve().then(() => bind(hostname, port));
        this.#sockets.set(key, bound);
        bound.catch(() => this.#sockets.delete(key));
      }
      const socket = await bound;
      // while it was waited for, the last to hold it may have let go
      if (this.#sockets.get(key) === bound) return socket;
    }
  }

  /** The URLs of all sockets, sorted. */
  async urls(): Promise<string[]> {
    return (await this.#open()).map(({ url }) => url).sort();
  }

  /** Takes no new connections and waits until the requests in flight are answered. */
  async drain(): Promise<void> {
    this.#draining = true;
    await Promise.all((await this.#open()).map(shut));
  }
}

function bind(hostname: string, port: number): Socket {
  const socket: Partial<Socket> & Pick<Socket, "leases" | "waiting"> = { leases: new Set(), waiting: [] };
  socket.opening = true;
  socket.bodies = 0;
  const handle = (request: Request): Response | Promise<Response> => {
    if (socket.closing !== undefined) return unavailable();
    const handler = socket.handler;
    if (handler !== undefined) return handler(request);
    return socket.opening ? wait(socket as Socket, request) : unavailable();
  };
  try {
    socket.server = Deno.serve({ hostname, port, onListen() {}, onError: failed }, handle);
  } catch (thrown) {
    if (thrown instanceof Deno.errors.AddrInUse) throw inUse(hostname, port, "", thrown);
    throw failure(`cannot listen on ${hostname}:${port}: ${(thrown as Error).message}`, {
      code: "address",
      cause: thrown,
    });
  }
  const { addr } = socket.server;
  socket.url = `http://${addr.hostname.includes(":") ? `[${addr.hostname}]` : addr.hostname}:${addr.port}`;
  return socket as Socket;
}

/** Counts a body until it has arrived. */
async function reading<T>(socket: Socket, body: Promise<T>): Promise<T> {
  socket.bodies++;
  try {
    return await body;
  } finally {
    if (--socket.bodies === 0) socket.closing?.();
  }
}

/** Takes no more requests, and closes the socket once the answers have left. */
async function shut(socket: Socket): Promise<void> {
  const arrived = new Promise<void>((resolve) => socket.closing = resolve);
  // a server that shuts down cuts off the bodies that are still arriving
  if (socket.bodies > 0) await arrived;
  await socket.server.shutdown();
}

/** Holds a request until a workflow takes the socket. */
async function wait(socket: Socket, request: Request): Promise<Response> {
  await within(PATIENCE, new Promise<void>((resolve) => socket.waiting.push(resolve)));
  return socket.handler === undefined ? unavailable() : await socket.handler(request);
}

function unavailable(): Response {
  return new Response("Service Unavailable", { status: 503, headers: { "retry-after": "1", connection: "close" } });
}

function inUse(hostname: string, port: number, by: string, cause?: unknown): Error {
  const message = `cannot listen on ${hostname}:${port}: it is in use${by && ` ${by}`}`;
  return failure(message, { code: "address", ...cause !== undefined && { cause } });
}

function failed(): Response {
  return new Response("Internal Server Error", { status: 500 });
}
