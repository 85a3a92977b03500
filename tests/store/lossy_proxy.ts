/** How long a server may take to do what it was asked for, in milliseconds. */
const TIME_TO_ACT = 100;

/** Stands before a server, and loses answers: the server does what it was asked for, and the connection is closed. */
export class LossyProxy implements AsyncDisposable {
  /** How many answers were lost. */
  lost = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Deno.Conn>();
  readonly #serving: Promise<void>;
  #loses = false;

  constructor(readonly target: number) {
    this.#serving = this.#serve();
  }

  /** Where it listens. */
  get port(): number {
    return this.#listener.addr.port;
  }

  /** Has the next answer of the server lost. */
  loseNextAnswer(): void {
    this.#loses = true;
  }

  async #serve(): Promise<void> {
    const pairs: Promise<unknown>[] = [];
    for await (const client of this.#listener) {
      pairs.push(this.#connect(client));
    }
    await Promise.all(pairs);
  }

  async #connect(client: Deno.Conn): Promise<void> {
    const server = await Deno.connect({ hostname: "127.0.0.1", port: this.target });
    for (const end of [client, server]) this.#connections.add(end);
    const close = () => {
      for (const end of [client, server]) {
        if (this.#connections.delete(end)) end.close();
      }
    };
    const copy = async (from: Deno.Conn, to: Deno.Conn, isAnswer: boolean) => {
      const chunk = new Uint8Array(65_536);
      try {
        for (let size = await from.read(chunk); size !== null; size = await from.read(chunk)) {
          if (isAnswer && this.#loses) {
            this.#loses = false;
            this.lost++;
            await new Promise((resolve) => setTimeout(resolve, TIME_TO_ACT));
            break;
          }
          for (let at = 0; at < size;) at += await to.write(chunk.subarray(at, size));
        }
      } catch {
        // closed by the other end
      }
      close();
    };
    await Promise.all([copy(client, server, false), copy(server, client, true)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const end of this.#connections) end.close();
    this.#connections.clear();
    await this.#serving;
  }
}
