import { assert, assertEquals } from "@std/assert";
import { createHmac } from "node:crypto";
import { Weft } from "../../tests/e2e/weft.ts";

const GITHUB = "a secret of GitHub";
const STRIPE = "a secret of Stripe";

/** A server that fails as often as it is told to, and heeds the key of a request. */
class Upstream implements AsyncDisposable {
  /** The keys of the requests and when they came, in order. */
  readonly requests: { key: string; time: number }[] = [];
  /** The events by their keys. */
  readonly events = new Map<string, unknown>();
  /** What is answered before events are taken. */
  readonly failures: (() => Response)[] = [];
  readonly #server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const key = request.headers.get("idempotency-key")!;
    this.requests.push({ key, time: performance.now() });
    const event = await request.json();
    const failure = this.failures.shift();
    if (failure !== undefined) return failure();
    assert(!this.events.has(key) || JSON.stringify(this.events.get(key)) === JSON.stringify(event));
    this.events.set(key, event);
    return new Response(null, { status: 204 });
  });

  get host(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

const hmac = (secret: string, text: string) => createHmac("sha256", secret).update(text).digest("hex");
const busy = (after: string) => new Response("later", { status: 503, headers: { "retry-after": after } });

Deno.test("webhooks are checked, and forwarded once whatever fails", async (test) => {
  await using upstream = new Upstream();
  const variables = ["PORT=0", `UPSTREAM=http://${upstream.host}`, "GITHUB_SECRET", "STRIPE_SECRET"];
  await using weft = await Weft.start({
    args: [
      ...["-f", "examples/webhook-receiver/flow.yaml", "--allow-private", upstream.host],
      ...variables.flatMap((variable) => ["-e", variable]),
    ],
    env: { GITHUB_SECRET: GITHUB, STRIPE_SECRET: STRIPE },
    allow: ["--allow-env=GITHUB_SECRET,STRIPE_SECRET"],
  });

  const post = async (path: string, body: string, headers: Record<string, string>) => {
    const response = await fetch(new URL(path, weft.url), {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...headers },
    });
    return { status: response.status, body: await response.json() };
  };
  const github = (body: string, { id = crypto.randomUUID() as string, secret = GITHUB } = {}) =>
    post("/github", body, {
      "x-github-event": "push",
      "x-github-delivery": id,
      "x-hub-signature-256": `sha256=${hmac(secret, body)}`,
    });
  const stripe = (body: string, { time = Math.floor(Date.now() / 1_000), secret = STRIPE } = {}) =>
    post("/stripe", body, { "stripe-signature": `t=${time},v1=${hmac(secret, `${time}.${body}`)}` });

  await test.step("a server that fails twice gets the same key after the time that it asked for", async () => {
    upstream.failures.push(() => busy("1"), () => busy("0"));
    // spaces and escapes that another writer of JSON would not make
    const { status } = await github('{ "repository":  {"name": "\\u0077eft"} }', { id: "one" });
    assertEquals(status, 202);
    assertEquals(upstream.requests.map(({ key }) => key), ["github-one", "github-one", "github-one"]);
    const [first, second] = upstream.requests;
    assert(second!.time - first!.time > 990, `${second!.time - first!.time} ms`);
    assertEquals([...upstream.events], [
      ["github-one", { source: "github", type: "push", data: { repository: { name: "weft" } } }],
    ]);
  });

  await test.step("what GitHub sends again changes nothing at the server", async () => {
    assertEquals((await github('{ "repository":  {"name": "\\u0077eft"} }', { id: "one" })).status, 202);
    assertEquals(upstream.events.size, 1);
  });

  await test.step("events of Stripe are known by their ids", async () => {
    const body = '{"id":"evt_1","type":"charge.succeeded","data":{"amount":100}}';
    assertEquals((await stripe(body)).status, 202);
    assertEquals(upstream.events.get("stripe-evt_1"), {
      source: "stripe",
      type: "charge.succeeded",
      data: { amount: 100 },
    });
  });

  await test.step("what has no valid signature is a 401, what is signed but invalid a 400, and neither goes on", async () => {
    const before = upstream.requests.length;
    const body = '{"id":"evt_2","type":"charge.succeeded","data":{}}';
    assertEquals((await stripe(body, { secret: GITHUB })).status, 401);
    assertEquals((await stripe(body, { time: Math.floor(Date.now() / 1_000) - 3_600 })).status, 401);
    assertEquals((await github('{"repository":{}}', { secret: STRIPE })).status, 401);
    assertEquals((await post("/github", '{"repository":{}}', {})).status, 401);
    assertEquals((await github("{}")).status, 400);
    const { status, body: { errors } } = await stripe('{"id":"","type":"x","data":{}}');
    assertEquals([status, errors[0].path], [400, "/body/id"]);
    assertEquals((await github("not json")).status, 400);
    assertEquals(upstream.requests.length, before);
  });

  await test.step("a server that goes on failing is a 502, so that the sender tries again", async () => {
    upstream.failures.push(...Array.from({ length: 4 }, () => () => busy("0")));
    assertEquals(await github('{"repository":{}}', { id: "two" }), { status: 502, body: { accepted: false } });
    assertEquals((await github('{"repository":{}}', { id: "two" })).status, 202);
    assertEquals(upstream.events.size, 3);
  });
});
