import { type SocketHandler, type SocketLease, Sockets } from "../http/mod.ts";

/** A listener as a test reaches it. */
export interface LocalListener {
  readonly handler: SocketHandler;
  /** The host that requests name by default. */
  readonly host: string;
}

/** Sockets that bind nothing: a test hands listeners their requests. */
export class LocalSockets extends Sockets {
  readonly #listeners = new Map<string, LocalListener>();
  readonly #isBound: (owner: string) => boolean;

  /** @param isBound Reports whether the listener with a symbol's id gets a real socket, beside what the test hands it. */
  constructor(isBound: (owner: string) => boolean) {
    super(() => {});
    this.#isBound = isBound;
  }

  override async acquire(...address: Parameters<Sockets["acquire"]>): Promise<SocketLease> {
    const [hostname, port, owner] = address;
    const lease = this.#isBound(owner) ? await super.acquire(...address) : localLease(hostname, port);
    const name = hostname.includes(":") ? `[${hostname}]` : hostname === "0.0.0.0" ? "127.0.0.1" : hostname;
    const host = lease.port === 80 ? name : `${name}:${lease.port}`;
    return {
      ...lease,
      attach: async (handler, credentials) => {
        this.#listeners.set(owner, { handler, host });
        await lease.attach(handler, credentials);
      },
      detach: (handler) => {
        if (this.#listeners.get(owner)?.handler === handler) this.#listeners.delete(owner);
        lease.detach(handler);
      },
    };
  }

  /** Returns the listener with a symbol's id. */
  listener(owner: string): LocalListener | undefined {
    return this.#listeners.get(owner);
  }
}

function localLease(hostname: string, port: number): SocketLease {
  return {
    url: `http://${hostname}:${port}`,
    hostname,
    port,
    attach: () => Promise.resolve(),
    detach() {},
    reading: (body) => body,
    abandoned() {},
    release: () => Promise.resolve(),
  };
}
