import { assertEquals, assertMatch } from "@std/assert";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { createHmac } from "node:crypto";
import { World, type WorldOptions } from "./world.ts";

function start(fields: Record<string, unknown>, cel: string, options: WorldOptions = {}): Promise<World> {
  const specs = [
    { kind: "listener", name: "web", port: 0, rawBody: true, links: { out: [{ name: "auth", port: "in" }] } },
    { kind: "auth", name: "auth", ...fields, links: { out: [{ name: "who", port: "in" }] } },
    { kind: "snippet", name: "who", language: "cel", code: cel },
  ];
  return World.start(JSON.stringify(specs), options);
}

Deno.test("a request without valid credentials is a 401 that says what is asked for", async () => {
  await using world = await start({ basic: { users: { ada: "env:ADA" } } }, "self.auth.subject + self.path", {
    env: { ADA: "secret" },
  });
  const get = (pair?: string) =>
    world.fetch("/x", { headers: pair === undefined ? {} : { authorization: `Basic ${btoa(pair)}` } });
  const right = await get("ada:secret");
  assertEquals([right.status, right.text], [200, "ada/x"]);
  for (const pair of [undefined, "ada:wrong"]) {
    const { status, headers, text } = await get(pair);
    assertEquals([status, headers.get("www-authenticate")], [401, 'Basic realm="weft", charset="UTF-8"']);
    assertEquals(JSON.parse(text).error, pair === undefined ? "Unauthorized" : "invalid name or password");
  }
});

Deno.test("a signature is over the bytes as they came", async () => {
  await using world = await start({ webhook: { sender: "github", secret: "env:HOOK" } }, "string(self.body.a)", {
    env: { HOOK: "hook" },
  });
  const body = '{ "a":   "ü" }';
  const post = (signature: string) =>
    world.fetch("/", {
      method: "POST",
      body,
      headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${signature}` },
    });
  const signature = createHmac("sha256", "hook").update(body).digest("hex");
  assertEquals((await post(signature)).text, "ü");
  assertEquals((await post(signature.replace(/^./, (digit) => digit === "0" ? "1" : "0"))).status, 401);
});

Deno.test("tokens of public keys, which are fetched from where they are, if that is allowed", async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const other = await generateKeyPair("ES256");
  const keys = [{ ...await exportJWK(publicKey), kid: "1", alg: "ES256" }];
  let broken = false;
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => broken ? new Response("no", { status: 500 }) : Response.json({ keys }),
  );
  const jwks = `http://127.0.0.1:${server.addr.port}/jwks.json`;
  const sign = (key: CryptoKey, kid = "1") =>
    new SignJWT({ sub: "ada" }).setProtectedHeader({ alg: "ES256", kid }).setExpirationTime("1m").sign(key);
  const ask = async (world: World, token: string) => {
    const { status, text } = await world.fetch("/", { headers: { authorization: `Bearer ${token}` } });
    return status === 200 ? text : status;
  };
  {
    await using world = await start({ jwt: { jwks } }, "self.auth.claims.sub", { allowPrivate: ["127.0.0.1"] });
    assertEquals(await ask(world, await sign(privateKey)), "ada");
    assertEquals(await ask(world, await sign(other.privateKey)), 401);
    assertEquals(await ask(world, await sign(privateKey, "2")), 401);
  }
  {
    await using world = await start({ jwt: { jwks } }, "self.auth.claims.sub");
    assertEquals(await ask(world, await sign(privateKey)), 500);
    assertMatch(await world.logged(/forbidden address/), /127\.0\.0\.1/);
  }
  broken = true;
  await using world = await start({ jwt: { jwks } }, "self.auth.claims.sub", { allowPrivate: ["127.0.0.1"] });
  assertEquals(await ask(world, await sign(privateKey)), 500, "keys that cannot be read are no mistake of the client");
});
