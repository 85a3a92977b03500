import { assert, assertEquals, assertRejects } from "@std/assert";
import { startNode } from "@weft/weft/testing";
import { router } from "./router.ts";

const ROUTES = [
  { method: "GET", path: "/users/:id", port: "out[0]" },
  { method: "POST", path: "/users", port: "out[1]" },
  { path: "/files/*", port: "out" },
];

Deno.test("router sends a request by the port of its route, with the parameters of the path", async () => {
  await using node = await startNode(router, { routes: ROUTES });
  await node.send({ method: "GET", path: "/users/7", body: null });
  await node.send({ method: "POST", path: "/users" });
  await node.send({ method: "DELETE", path: "/files/a/b" });
  assertEquals(node.sent.map(({ port }) => port), ["out[0]", "out[1]", "out[0]"]);
  assertEquals(node.sent[0]!.payload, { method: "GET", path: "/users/7", body: null, params: { id: "7" } });
});

Deno.test("a request without a route goes by error as its response", async () => {
  await using node = await startNode(router, { routes: ROUTES });
  assertEquals(await node.send({ method: "GET", path: "/" }), { status: 404, header: {}, body: "Not Found" });
  const wrong = await node.send({ method: "DELETE", path: "/users/7" }) as {
    status: number;
    header: { Allow: string[] };
  };
  assertEquals([wrong.status, wrong.header.Allow.join().includes("GET")], [405, true]);
  assertEquals(node.sent.map(({ port }) => port), ["error", "error"]);
});

Deno.test("a payload that is no request is an error", async () => {
  await using node = await startNode(router, { routes: ROUTES }, { linked: [] });
  for (const payload of [null, "GET /", { path: "/" }, { method: "GET", path: 1 }]) {
    const answer = await node.send(payload);
    assert(answer instanceof Error);
    assertEquals(answer.message, "invalid payload of a router: expected a request, a map with a method and a path");
  }
});

Deno.test("router is rejected without routes, with a bad path, a path twice, and another port than out", async () => {
  const start = (...routes: Record<string, unknown>[]) => startNode(router, { routes });
  await assertRejects(() => startNode(router), Error, 'missing field "routes"');
  await assertRejects(() => start(), Error, "routes");
  await assertRejects(() => start({ path: "/:", port: "out[0]" }), Error, 'invalid parameter ":"');
  await assertRejects(() => start({ path: "/a", port: "out[0]" }, { path: "/a", port: "out[1]" }), Error, "/a");
  await assertRejects(() => start({ path: "/a", port: "error" }), Error, 'invalid port "error": expected out[0]');
  await assertRejects(() => start({ path: "/a", port: "out[0]", verb: "GET" }), Error, '"verb"');
});
