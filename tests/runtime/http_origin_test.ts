import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { World } from "./world.ts";

/** A listener whose requests are answered with what an expression makes of them. */
function specs(cel: string, fields: Record<string, unknown> = {}): string {
  return JSON.stringify([
    { kind: "listener", name: "web", port: 0, links: { out: [{ name: "cel", port: "in" }] }, ...fields },
    { kind: "snippet", name: "cel", language: "cel", code: cel },
  ]);
}

const WHO = `self.client + " " + self.scheme + " " + self.host`;

Deno.test("a request names its client; a proxy is believed only if it is trusted", async () => {
  const headers = {
    "x-forwarded-for": "6.6.6.6, 203.0.113.9",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "shop.example",
  };
  await using world = await World.start(specs(WHO));
  assertMatch((await world.fetch("/", { headers })).text, /^127\.0\.0\.1 http 127\.0\.0\.1:\d+$/);
  await world.apply(specs(WHO, { trustedProxies: ["127.0.0.0/8"] }));
  assertEquals((await world.fetch("/", { headers })).text, "203.0.113.9 https shop.example");
  assertMatch((await world.fetch("/")).text, /^127\.0\.0\.1 http 127\.0\.0\.1:\d+$/);
  const forwarded = { forwarded: "for=203.0.113.9;proto=https;host=shop.example" };
  assertEquals((await world.fetch("/", { headers: forwarded })).text, "203.0.113.9 https shop.example");
});

Deno.test("a network that is none is rejected with its place", async () => {
  await assertRejects(
    () => World.start(specs(WHO, { trustedProxies: ["10.0.0.0/8", "10.0.0.0/99"] })),
    Error,
    'invalid network "10.0.0.0/99"',
  );
});

Deno.test("rawBody hands on the bytes as they came beside what they mean", async () => {
  const code = "string(self.rawBody) + ' ' + string(size(self.rawBody)) + ' ' + string(has(self.body.a))";
  await using world = await World.start(specs(code, { rawBody: true }));
  const headers = { "content-type": "application/json" };
  const post = (body: string) => world.fetch("/", { method: "POST", body, headers });
  assertEquals((await post('{ "a" :  1 }')).text, '{ "a" :  1 } 12 true');
  await world.apply(specs("has(self.rawBody)"));
  assertEquals((await post("{}")).text, "false");
  await world.apply(specs("size(self.rawBody)", { rawBody: true }));
  assertEquals((await world.fetch("/")).text, "0");
});
