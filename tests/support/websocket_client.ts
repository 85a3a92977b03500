/** A message, or how a connection was closed. */
export type Received = string | Uint8Array | { readonly code: number; readonly reason: string };

/** A websocket whose messages a test takes one after another. */
export class TestSocket implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly #received: Received[] = [];
  readonly #wanted: ((received: Received) => void)[] = [];
  readonly #closed = Promise.withResolvers<{ readonly code: number; readonly reason: string }>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    const take = (received: Received) => {
      const wanted = this.#wanted.shift();
      if (wanted === undefined) this.#received.push(received);
      else wanted(received);
    };
    socket.onmessage = ({ data }) => take(typeof data === "string" ? data : new Uint8Array(data));
    socket.onclose = ({ code, reason }) => {
      this.#closed.resolve({ code, reason });
      take({ code, reason });
    };
  }

  /** Connects. @throws {Error} If the server does not upgrade. */
  static async open(url: string, options: WebSocketOptions = {}): Promise<TestSocket> {
    const socket = new WebSocket(url, options);
    const test = new TestSocket(socket);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = (event) => reject(new Error((event as ErrorEvent).message || "not connected"));
    });
    socket.onerror = null;
    return test;
  }

  /** The subprotocol. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  /** How it was closed. */
  get closed(): Promise<{ readonly code: number; readonly reason: string }> {
    return this.#closed.promise;
  }

  /** What has come and was not taken. */
  get waiting(): readonly Received[] {
    return this.#received;
  }

  /** Sends a message; a value that is neither text nor bytes as JSON. */
  send(message: unknown): void {
    this.#socket.send(
      typeof message === "string" || message instanceof Uint8Array
        ? message as string | Uint8Array<ArrayBuffer>
        : JSON.stringify(message),
    );
  }

  /** Takes the next message, or the close. */
  next(): Promise<Received> {
    const received = this.#received.shift();
    if (received !== undefined) return Promise.resolve(received);
    return new Promise((resolve) => this.#wanted.push(resolve));
  }

  /** Takes the next message, which is JSON. */
  async json(): Promise<Record<string, unknown>> {
    const received = await this.next();
    if (typeof received !== "string") throw new Error(`expected JSON, not ${JSON.stringify(received)}`);
    return JSON.parse(received);
  }

  /** Closes it, and waits until that has come to pass. */
  async close(code?: number, reason?: string): Promise<void> {
    this.#socket.close(code, reason);
    await this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
