import { assert, assertEquals, assertRejects } from "@std/assert";
import { isError } from "@weft/weft/kind";
import { startNode, type TestNode } from "@weft/weft/testing";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { createHmac } from "node:crypto";
import type { ValueMap } from "../../value/mod.ts";
import { auth } from "./auth.ts";

const env = {
  ADA: "pa:ss",
  BOB: "wörd",
  KEY: "k".repeat(20),
  JWT: "s".repeat(32),
  HOOK: "hook",
  NEXT: "next",
  SHORT: "x",
  NONE: "",
};
const start = (fields: Record<string, unknown>) => startNode(auth, fields, { env });
const text = (of: string) => new TextEncoder().encode(of);
const request = (header: Record<string, string>, more: ValueMap = {}): ValueMap => ({
  method: "GET",
  path: "/",
  header: Object.fromEntries(Object.entries(header).map(([name, value]) => [name, [value]])),
  ...more,
});

/** Who a request is taken for, or the message and the challenges that it gets. */
async function outcome(node: TestNode, given: ValueMap): Promise<string> {
  const answer = await node.send(given);
  const { port, payload } = node.sent.at(-1)!;
  if (port === "out") {
    const { method, subject } = (payload as { auth: ValueMap }).auth;
    return `${method} ${subject}`;
  }
  assert(isError(payload) && isError(answer), String(payload));
  const { message, code, details } = payload as Error & { code?: string; details?: ValueMap };
  if (code !== "unauthorized") return message;
  assertEquals(details!.status, 401);
  return `${message}: ${(details!.header as ValueMap)["WWW-Authenticate"]}`;
}

Deno.test("basic accepts names with their passwords", async () => {
  await using node = await start({ realm: 'a "b"', basic: { users: { ada: "env:ADA", bob: "env:BOB" } } });
  const as = (pair: string) => outcome(node, request({ Authorization: `Basic ${text(pair).toBase64()}` }));
  assertEquals(await as("ada:pa:ss"), "basic ada");
  assertEquals(await as("bob:wörd"), "basic bob");
  const challenge = 'Basic realm="a \\"b\\"", charset="UTF-8"';
  for (const pair of ["ada:pa:s", "ada:", "ada", "eve:pa:ss", ":", "", "bob:pa:ss", "eve:\0"]) {
    assertEquals(await as(pair), `invalid name or password: ${challenge}`, pair);
  }
  assertEquals(await outcome(node, request({ Authorization: "Basic ***" })), `invalid name or password: ${challenge}`);
  assertEquals(await outcome(node, request({})), `Unauthorized: ${challenge}`);
  assertEquals(await outcome(node, request({ Authorization: "Bearer x" })), `Unauthorized: ${challenge}`);
});

Deno.test("keys stand in a header, or in the query if that is allowed", async () => {
  await using node = await start({ apiKey: { keys: { shop: "env:KEY" }, header: "x-key", query: "key" } });
  assertEquals(await outcome(node, request({ "X-Key": env.KEY })), "apiKey shop");
  assertEquals(await outcome(node, request({}, { query: { key: [env.KEY] } })), "apiKey shop");
  for (const wrong of ["", "k", `${env.KEY}k`]) {
    assertEquals(await outcome(node, request({ "X-Key": wrong })), 'invalid key: ApiKey realm="weft", header="X-Key"');
  }
  await using strict = await start({ apiKey: { keys: { shop: "env:KEY" } } });
  assertEquals((await outcome(strict, request({}, { query: { key: [env.KEY] } }))).slice(0, 12), "Unauthorized");
});

Deno.test("tokens of a secret: signature, algorithm, times, issuer and audience count", async () => {
  await using node = await start({ jwt: { secret: "env:JWT", issuer: "me", audience: "shop" } });
  const now = Math.floor(node.clock.now() / 1_000);
  const sign = (claims: Record<string, unknown> = {}, key = env.JWT, alg = "HS256") =>
    new SignJWT({ sub: "ada", iss: "me", aud: "shop", exp: now + 60, ...claims }).setProtectedHeader({ alg }).sign(
      text(key),
    );
  const as = (token: string) => outcome(node, request({ Authorization: `Bearer ${token}` }));
  assertEquals(await as(await sign()), "jwt ada");
  assertEquals((node.sent.at(-1)!.payload as { auth: { claims: ValueMap } }).auth.claims.aud, "shop");
  assertEquals(await as(await sign({ exp: now - 3 })), "jwt ada", "within the tolerance");
  const challenge = 'Bearer realm="weft", error="invalid_token"';
  assertEquals(await as(await sign({ exp: now - 60 })), `the token has expired: ${challenge}`);
  const [head, body] = (await sign()).split(".");
  const none = `${text('{"alg":"none"}').toBase64({ alphabet: "base64url", omitPadding: true })}.${body}.`;
  for (
    const token of [
      await sign({ iss: "you" }),
      await sign({ aud: "other" }),
      await sign({ nbf: now + 60 }),
      await sign({}, "t".repeat(32)),
      `${head}.${body}.`,
      none,
      "a.b.c",
      "",
    ]
  ) assertEquals(await as(token), `invalid token: ${challenge}`, token);
  assertEquals(await outcome(node, request({})), 'Unauthorized: Bearer realm="weft"');
});

Deno.test("a token may not choose another algorithm than those that are named", async () => {
  await using node = await start({ jwt: { secret: "env:JWT", algorithms: ["HS256"] } });
  const token = await new SignJWT({}).setProtectedHeader({ alg: "HS384" }).sign(text(env.JWT.repeat(2)));
  assertEquals((await outcome(node, request({ Authorization: `Bearer ${token}` }))).slice(0, 13), "invalid token");
});

Deno.test("webhooks of GitHub, Stripe and Slack, over the bytes of the body", async () => {
  const rawBody = text('{ "a":  1 }');
  const hmac = (secret: string, ...parts: (string | Uint8Array)[]) => {
    const made = createHmac("sha256", secret);
    for (const part of parts) made.update(part);
    return made.digest("hex");
  };
  const hook = (sender: string) => start({ webhook: { sender, secret: ["env:NEXT", "env:HOOK"] } });
  const sent = (node: TestNode, header: Record<string, string>, body: Uint8Array = rawBody) =>
    outcome(node, request(header, { rawBody: body }));
  const wrong = "invalid signature: HMAC-SHA256";
  const late = "invalid time of the signature: HMAC-SHA256";
  {
    await using node = await hook("github");
    const header = { "X-Hub-Signature-256": `sha256=${hmac("hook", rawBody)}` };
    assertEquals(await sent(node, header), "webhook github");
    assertEquals(await sent(node, { "X-Hub-Signature-256": `sha256=${hmac("next", rawBody)}` }), "webhook github");
    assertEquals(await sent(node, header, text('{"a":1}')), wrong);
    assertEquals(await sent(node, { "X-Hub-Signature-256": hmac("hook", rawBody) }), wrong);
    assertEquals(await sent(node, { "X-Hub-Signature-256": "sha256=" }), wrong);
    assertEquals(await sent(node, {}), "Unauthorized: HMAC-SHA256");
    assert((await outcome(node, request(header))).includes("rawBody: true"));
  }
  {
    await using node = await hook("stripe");
    const now = Math.floor(node.clock.now() / 1_000);
    const signed = (time: number | string, v1 = hmac("hook", `${time}.`, rawBody)) => ({
      "Stripe-Signature": `t=${time},v1=${"0".repeat(64)},v1=${v1},v0=x`,
    });
    assertEquals(await sent(node, signed(now - 299)), "webhook stripe");
    assertEquals(await sent(node, signed(now - 302)), late);
    assertEquals(await sent(node, signed(now + 302)), late);
    assertEquals(await sent(node, signed("x")), late);
    assertEquals(await sent(node, signed(now, hmac("hook", `${now - 1}.`, rawBody))), wrong);
    assertEquals(await sent(node, { "Stripe-Signature": `t=${now}` }), wrong);
  }
  {
    await using node = await hook("slack");
    const now = Math.floor(node.clock.now() / 1_000);
    const signed = (time: number) => ({
      "X-Slack-Request-Timestamp": String(time),
      "X-Slack-Signature": `v0=${hmac("hook", `v0:${time}:`, rawBody)}`,
    });
    assertEquals(await sent(node, signed(now)), "webhook slack");
    assertEquals(await sent(node, signed(now - 302)), late);
    assertEquals(await sent(node, { ...signed(now), "X-Slack-Request-Timestamp": String(now - 1) }), wrong);
    assertEquals(await sent(node, { "X-Slack-Signature": signed(now)["X-Slack-Signature"] }), late);
  }
});

Deno.test("any of several methods will do, and all are asked for", async () => {
  await using node = await start({ basic: { users: { ada: "env:ADA" } }, apiKey: { keys: { shop: "env:KEY" } } });
  assertEquals(await outcome(node, request({ "X-Api-Key": env.KEY, Authorization: "Basic eA==" })), "apiKey shop");
  assertEquals(
    await outcome(node, request({ "X-Api-Key": "x" })),
    'invalid key: Basic realm="weft", charset="UTF-8",ApiKey realm="weft", header="X-Api-Key"',
  );
});

Deno.test("fields that would protect nothing are rejected", async () => {
  const { publicKey } = await generateKeyPair("ES256", { extractable: true });
  assert((await exportJWK(publicKey)).kty === "EC");
  for (
    const [fields, message] of [
      [{}, "missing method of auth"],
      [{ basic: { users: {} } }, "expected at least one"],
      [{ basic: { users: { ada: "secret" } } }, "expected env:NAME or file:NAME"],
      [{ basic: { users: { ada: "env:UNKNOWN" } } }, "env:UNKNOWN"],
      [{ basic: { users: { ada: "env:NONE" } } }, "empty secret env:NONE"],
      [{ jwt: {} }, "expected either secret or jwks"],
      [{ jwt: { secret: "env:JWT", jwks: "https://a.example/" } }, "expected either secret or jwks"],
      [{ jwt: { secret: "env:SHORT" } }, "too short"],
      [{ jwt: { secret: "env:JWT", algorithms: ["RS256"] } }, 'invalid algorithm "RS256"'],
      [{ jwt: { jwks: "https://a.example/", algorithms: ["HS256"] } }, 'invalid algorithm "HS256"'],
      [{ jwt: { jwks: "file:///etc/passwd" } }, "jwks"],
    ] as const
  ) await assertRejects(async () => void (await start(fields)), Error, message);
});

Deno.test("a secret that is written into a spec is refused, and not repeated", async () => {
  for (const written of ["hunter2", "env:", "env:not a name", "file:"]) {
    const { message } = await assertRejects(() => start({ basic: { users: { ada: written } } }), Error);
    assert(message.includes("expected env:NAME or file:NAME") && !message.includes(`"${written}"`), message);
  }
});
