/** A response. */
export interface Answer {
  status: number;
  body: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const END_OF_HEAD = encoder.encode("\r\n\r\n");

/**
 * An HTTP/1.1 client on a single connection, which notices when the connection is cut; `fetch` would silently open
 * another. Responses must have a content length.
 */
export class KeepAlive implements Disposable {
  readonly #connection: Deno.Conn;
  readonly #host: string;
  #buffer = new Uint8Array(16_384);
  #filled = 0;

  private constructor(connection: Deno.Conn, host: string) {
    this.#connection = connection;
    this.#host = host;
  }

  /** Connects to the host of a URL. */
  static async connect(url: string): Promise<KeepAlive> {
    const { hostname, port, host } = new URL(url);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    connection.setNoDelay();
    return new KeepAlive(connection, host);
  }

  /** Requests a path and waits for the response. @throws {Error} If the connection is cut. */
  async get(path: string): Promise<Answer> {
    await this.#write(encoder.encode(`GET ${path} HTTP/1.1\r\nhost: ${this.#host}\r\n\r\n`));
    let end = this.#endOfHead();
    while (end < 0) {
      await this.#read();
      end = this.#endOfHead();
    }
    const head = decoder.decode(this.#buffer.subarray(0, end));
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? NaN);
    if (Number.isNaN(length)) throw new Error(`missing content length: ${head}`);
    while (this.#filled < end + length) await this.#read();
    const body = decoder.decode(this.#buffer.subarray(end, end + length));
    this.#buffer.copyWithin(0, end + length, this.#filled);
    this.#filled -= end + length;
    return { status: Number(head.slice(9, 12)), body };
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch {
      // already closed
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  async #read(): Promise<void> {
    if (this.#filled === this.#buffer.length) {
      const larger = new Uint8Array(this.#buffer.length * 2);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    const count = await this.#connection.read(this.#buffer.subarray(this.#filled));
    if (count === null) throw new Error("the connection was closed");
    this.#filled += count;
  }

  /** Returns the offset of the body, or -1 if the head is not complete yet. */
  #endOfHead(): number {
    for (let at = 0; at + 4 <= this.#filled; at++) {
      if (END_OF_HEAD.every((byte, i) => this.#buffer[at + i] === byte)) return at + 4;
    }
    return -1;
  }
}

/** The result of a load. */
export interface LoadResult {
  answers: number;
  /** The first few errors. */
  wrong: string[];
}

/** Connections that send requests continuously and check every response. */
export class Load {
  #answers = 0;
  readonly #wrong: string[] = [];
  readonly #clients: KeepAlive[] = [];
  #stopped = false;
  #running: Promise<void>[] = [];

  private constructor() {}

  /**
   * Starts sending requests.
   *
   * @param check Called with each response and the number of its connection, from 0; throws if the response is wrong.
   */
  static async start(
    url: string,
    { connections = 16, path = "/", check }: {
      connections?: number;
      path?: string;
      check: (answer: Answer, connection: number) => void;
    },
  ): Promise<Load> {
    const load = new Load();
    for (let i = 0; i < connections; i++) load.#clients.push(await KeepAlive.connect(url));
    load.#running = load.#clients.map((client, i) => load.#run(client, path, (answer) => check(answer, i)));
    return load;
  }

  /** The number of responses so far. */
  get answers(): number {
    return this.#answers;
  }

  /** Waits for more responses, or an error. */
  async more(count: number): Promise<void> {
    const goal = this.#answers + count;
    while (this.#answers < goal && this.#wrong.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** Closes every connection after its current request. */
  async stop(): Promise<LoadResult> {
    this.#stopped = true;
    await Promise.all(this.#running);
    return { answers: this.#answers, wrong: this.#wrong };
  }

  async #run(client: KeepAlive, path: string, check: (answer: Answer) => void): Promise<void> {
    using _ = client;
    try {
      while (!this.#stopped) {
        check(await client.get(path));
        this.#answers++;
      }
    } catch (thrown) {
      if (this.#wrong.length < 10) this.#wrong.push((thrown as Error).message);
    }
  }
}
