import { assertEquals } from "@std/assert";
import { World } from "./world.ts";

const SPECS = JSON.stringify([
  { kind: "listener", name: "web", port: 0, links: { out: [{ name: "cors", port: "in" }] } },
  { kind: "cors", name: "cors", origins: ["https://shop.example"], links: { out: [{ name: "router", port: "in" }] } },
  {
    kind: "router",
    name: "router",
    routes: [
      { method: "GET", path: "/hello", port: "out[0]" },
      { method: "GET", path: "/fail", port: "out[1]" },
    ],
    links: { "out[0]": [{ name: "hello", port: "in" }], "out[1]": [{ name: "fail", port: "in" }] },
  },
  { kind: "snippet", name: "hello", language: "text", code: "hello" },
  { kind: "snippet", name: "fail", language: "javascript", code: `export default () => { throw new Error("no") }` },
]);

Deno.test("a page of an allowed origin can read answers and errors, over a real socket", async () => {
  await using world = await World.start(SPECS);
  const ask = async (path: string, method = "GET", origin = "https://shop.example") => {
    const headers = { origin, ...method === "OPTIONS" && { "access-control-request-method": "GET" } };
    const { status, text, headers: header } = await world.fetch(path, { method, headers });
    return [status, text.slice(0, 20), header.get("access-control-allow-origin"), header.get("vary")];
  };
  const shop = "https://shop.example";
  assertEquals(await ask("/hello"), [200, "hello", shop, "Origin"]);
  assertEquals(await ask("/hello", "GET", "https://evil.example"), [200, "hello", null, "Origin"]);
  assertEquals(await ask("/none"), [404, "Not Found", shop, "Origin"]);
  assertEquals((await ask("/hello", "DELETE")).slice(0, 3), [405, "Method Not Allowed", shop]);
  assertEquals(await ask("/fail"), [500, '{"error":"Internal S', shop, "Origin"]);
  assertEquals((await ask("/hello", "OPTIONS")).slice(0, 3), [204, "", shop]);
});
