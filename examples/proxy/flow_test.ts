import { assert, assertEquals } from "@std/assert";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Weft } from "../../tests/e2e/weft.ts";

const MIB = 2 ** 20;
const SIZE = 64 * MIB;
/** What the engine and the buffers of four sockets may hold of a body whose reader waits. */
const ON_THE_WAY = 32 * MIB;

/** The server behind the proxy. */
class Upstream implements AsyncDisposable {
  /** The headers of the last request. */
  header: string[] = [];
  /** How many bytes of a body it has read, and sent. */
  read = 0;
  sent = 0;
  /** Starts to read the body of `/sink`. */
  start = Promise.withResolvers<void>();
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  static async start(): Promise<Upstream> {
    const upstream = new Upstream();
    await new Promise<void>((resolve) => upstream.#server.listen(0, "127.0.0.1", resolve));
    return upstream;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.header = request.rawHeaders;
    switch (request.url) {
      case "/echo":
        response.writeHead(200, { "content-type": "text/plain" });
        request.pipe(response);
        return;
      case "/sink":
        await this.start.promise;
        try {
          for await (const chunk of request) this.read += chunk.length;
        } catch {
          return; // the test has failed
        }
        response.end(String(this.read));
        return;
      case "/source": {
        response.setMaxListeners(0);
        const chunk = new Uint8Array(MIB / 16);
        for (; this.sent < SIZE; this.sent += chunk.length) {
          if (!response.write(chunk)) await new Promise((resolve) => response.once("drain", resolve));
        }
        response.end();
        return;
      }
      case "/slow":
        return;
      case "/lost":
        request.socket.destroy();
        return;
      default:
        response.writeHead(418, [
          ...["Connection", "X-Hop, Set-Cookie", "X-Hop", "1", "Keep-Alive", "timeout=5"],
          ...["Set-Cookie", "a=1", "Set-Cookie", "b=2", "X-End", "2", "Location", "/elsewhere"],
        ]);
        response.end(request.url);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A connection of a client that reads and writes when the test says so. */
class Client implements Disposable {
  text = "";
  readonly #connection: Deno.TcpConn;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  static async open(url: string, ...lines: string[]): Promise<Client> {
    const { hostname, port } = new URL(url);
    const client = new Client(await Deno.connect({ hostname, port: Number(port) }));
    await client.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\nHost: proxy.example\r\n\r\n`));
    return client;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  /** Reads a chunk. @returns How many bytes it has; 0 at the end. */
  async read(): Promise<number> {
    const chunk = new Uint8Array(MIB / 16);
    const count = await this.#connection.read(chunk) ?? 0;
    if (this.text.length < 1_000) this.text += new TextDecoder().decode(chunk.subarray(0, Math.min(1_000, count)));
    return count;
  }

  /** Reads until the text has come. */
  async until(end: string): Promise<void> {
    while (!this.text.includes(end)) {
      if (await this.read() === 0) throw new Error(`it ends without ${end}: ${this.text}`);
    }
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

/** Waits until a number does not change any more. */
async function settled(count: () => number): Promise<number> {
  for (let last = -1; last !== count();) {
    last = count();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return count();
}

Deno.test("requests and answers are passed on as they come", async (test) => {
  await using upstream = await Upstream.start();
  const variables = ["PORT=0", "TIMEOUT=2s", `UPSTREAM=http://${upstream.host}`];
  await using weft = await Weft.start({
    args: [
      ...["-f", "examples/proxy/flow.yaml", "--allow-private", upstream.host],
      ...variables.flatMap((variable) => ["-e", variable]),
    ],
  });
  const { url } = weft;

  await test.step("the answer begins before the request has ended", async () => {
    using client = await Client.open(url, "POST /echo HTTP/1.1", "Content-Length: 10");
    const [begin, end] = ["first", "later"].map((text) => new TextEncoder().encode(text)) as [Uint8Array, Uint8Array];
    await client.write(begin);
    await client.until("first");
    await client.write(end);
    await client.until("later");
  });

  await test.step("an upload waits for the server, and is nowhere held as a whole", async () => {
    using client = await Client.open(url, "POST /sink HTTP/1.1", `Content-Length: ${SIZE}`);
    const chunk = new Uint8Array(MIB / 16);
    let sent = 0;
    const writing = (async () => {
      for (; sent < SIZE; sent += chunk.length) await client.write(chunk);
    })();
    assert(await settled(() => sent) < ON_THE_WAY, `${sent} bytes were taken from the client`);
    upstream.start.resolve();
    await writing;
    await client.until(String(SIZE));
  });

  await test.step("a download waits for the client", async () => {
    using client = await Client.open(url, "GET /source HTTP/1.1");
    assert(await settled(() => upstream.sent) < ON_THE_WAY, `${upstream.sent} bytes were taken from the server`);
    for (let read = 0; read < SIZE;) read += await client.read();
  });

  await test.step("headers of one connection go no further, others do", async () => {
    using client = await Client.open(
      url,
      "GET /a%2Fb?c=d&c=e HTTP/1.1",
      ...["Connection: X-Up, X-Forwarded-For", "X-Up: 1", "TE: trailers", "Keep-Alive: x", "Proxy-Authorization: x"],
      ...["X-End: 2", "Cookie: a=1", "X-Forwarded-For: 192.0.2.7"],
    );
    await client.until("/a%2Fb?c=d&c=e");
    const names = upstream.header.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
    const sent = new Headers(Array.from(names, (name, index) => [name, upstream.header[2 * index + 1]!]));
    for (const gone of ["x-up", "te", "keep-alive", "proxy-authorization"]) assert(!sent.has(gone), gone);
    assertEquals(
      ["host", "x-end", "cookie", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"].map((name) =>
        sent.get(name)
      ),
      [upstream.host, "2", "a=1", "192.0.2.7, 127.0.0.1", "proxy.example", "http"],
    );
    const [status, ...lines] = client.text.slice(0, client.text.indexOf("\r\n\r\n")).toLowerCase().split("\r\n");
    assertEquals(status, "http/1.1 418 i'm a teapot");
    for (const here of ["set-cookie: a=1", "set-cookie: b=2", "x-end: 2", "location: /elsewhere"]) {
      assert(lines.includes(here), `${here} is missing: ${lines}`);
    }
    assert(!lines.some((line) => /^(?:x-hop|keep-alive):/.test(line)), String(lines));
  });

  await test.step("a server that does not answer is a 502, one that is too slow a 504", async () => {
    const get = async (path: string) => {
      const response = await fetch(new URL(path, url));
      return [response.status, await response.text()];
    };
    assertEquals(await get("/lost"), [502, "the server does not answer"]);
    assertEquals(await get("/slow"), [504, "the server took too long"]);
    await upstream[Symbol.asyncDispose]();
    assertEquals(await get("/"), [502, "the server does not answer"]);
  });
});
