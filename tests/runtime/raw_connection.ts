/** A connection that sends bytes as they are, for requests that no client would make. */
export class RawConnection implements Disposable {
  readonly #connection: Deno.TcpConn;
  #received = "";

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /** @param url Of the server: `http://127.0.0.1:8000`. */
  static async open(url: string): Promise<RawConnection> {
    return new RawConnection(await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) }));
  }

  /** Sends text, as UTF-8, or bytes. */
  async send(data: string | Uint8Array): Promise<void> {
    let rest = typeof data === "string" ? new TextEncoder().encode(data) : data;
    while (rest.length > 0) rest = rest.subarray(await this.#connection.write(rest));
  }

  /** Everything until the server closes the connection. */
  async rest(): Promise<string> {
    while (await this.#read());
    return this.#received;
  }

  /** Everything until a pattern is found; what came after it is kept for the next call. */
  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.#received);
      if (match !== null) {
        const end = match.index + match[0].length;
        const found = this.#received.slice(0, end);
        this.#received = this.#received.slice(end);
        return found;
      }
      if (!await this.#read()) throw new Error(`closed before ${pattern}: ${JSON.stringify(this.#received)}`);
    }
  }

  async #read(): Promise<boolean> {
    const buffer = new Uint8Array(65_536);
    const count = await this.#connection.read(buffer).catch(() => null);
    if (count === null) return false;
    this.#received += new TextDecoder().decode(buffer.subarray(0, count));
    return true;
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch {
      // closed by the other side
    }
  }
}
