/** A request as a test server has seen it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly header: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A server on a free port of 127.0.0.1 that writes down what it gets. */
export class TestServer implements AsyncDisposable {
  /** The requests, in order. */
  readonly seen: SeenRequest[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /**
   * @param answer Answers a request; default with what it was. `body` is its body, read.
   * @param tls The certificate and key of a server that speaks TLS.
   */
  constructor(
    answer: (request: Request, body: string) => Response | Promise<Response> = (_, body) => new Response(body),
    tls?: { readonly cert: string; readonly key: string },
  ) {
    const handler = async (request: Request) => {
      const body = await request.text();
      const { pathname, search } = new URL(request.url);
      const header = Object.fromEntries(request.headers);
      this.seen.push({ method: request.method, path: pathname + search, header, body });
      return await answer(request, body);
    };
    const options = {
      port: 0,
      hostname: "127.0.0.1",
      onListen() {},
      onError: () => new Response(null, { status: 500 }),
    };
    this.#server = tls === undefined ? Deno.serve(options, handler) : Deno.serve({ ...options, ...tls }, handler);
  }

  /** Its port. */
  get port(): number {
    return this.#server.addr.port;
  }

  /** Returns the URL of a path. @param host Default 127.0.0.1. */
  url(path = "/", host = "127.0.0.1"): string {
    return `http://${host}:${this.port}${path}`;
  }

  /** The request that came last. */
  get last(): SeenRequest {
    const last = this.seen.at(-1);
    if (last === undefined) throw new Error("no request has come");
    return last;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
