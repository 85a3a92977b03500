import { assert, assertEquals, assertRejects } from "@std/assert";
import { failure } from "@weft/weft/kind";
import { startNode } from "@weft/weft/testing";
import type { ValueMap } from "../../value/mod.ts";
import { cors } from "./cors.ts";

const SHOP = "https://shop.example";

function request(method: string, header: Record<string, string> = {}): ValueMap {
  return {
    method,
    path: "/",
    header: Object.fromEntries(Object.entries(header).map(([name, value]) => [name, [value]])),
  };
}

function preflight(origin: string, more: Record<string, string> = {}): ValueMap {
  return request("OPTIONS", { Origin: origin, "Access-Control-Request-Method": "PUT", ...more });
}

function headerOf(answer: unknown): Record<string, unknown> {
  return (answer as { header: Record<string, unknown> }).header;
}

Deno.test("cors answers a preflight request of an allowed origin, and says nothing to others", async () => {
  await using node = await startNode(cors, { origins: [SHOP], credentials: true, maxAge: "10m", methods: ["PUT"] });
  const vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
  assertEquals(await node.send(preflight(SHOP, { "Access-Control-Request-Headers": "x-a, content-type, b@d" })), {
    status: 204,
    header: {
      Vary: vary,
      "Access-Control-Allow-Origin": SHOP,
      "Access-Control-Allow-Credentials": "true",
      "Access-Control-Allow-Methods": "PUT",
      "Access-Control-Allow-Headers": "x-a, content-type",
      "Access-Control-Max-Age": "600",
    },
  });
  for (
    const origin of ["https://evil.example", "http://shop.example", `${SHOP}:8443`, `${SHOP}.evil.example`, "null"]
  ) {
    assertEquals(await node.send(preflight(origin)), { status: 204, header: { Vary: vary } }, origin);
  }
  assertEquals(node.sent, []);
});

Deno.test("what is no preflight request goes on, and its answer gets the headers", async () => {
  await using node = await startNode(cors, { origins: [SHOP], exposed: ["X-Total"] }, {
    answers: { out: () => ({ status: 201, header: { vary: "Accept", "access-control-allow-origin": "*" }, body: 1 }) },
  });
  const header = { Vary: ["Accept", "Origin"], "Access-Control-Allow-Origin": SHOP };
  assertEquals(await node.send(request("GET", { Origin: SHOP })), {
    status: 201,
    header: { ...header, "Access-Control-Expose-Headers": "X-Total" },
    body: 1,
  });
  for (const more of [{}, { Origin: "https://evil.example" }] as Record<string, string>[]) {
    const answer = headerOf(await node.send(request("GET", more)));
    // what a node behind has set itself is its own matter
    assertEquals([answer.Vary, answer["Access-Control-Allow-Origin"]], [["Accept", "Origin"], undefined]);
  }
  assertEquals((await node.send(request("OPTIONS", { Origin: SHOP })) as { status: number }).status, 201);
  assertEquals(node.sent.length, 4);
});

Deno.test("answers of every sort, errors included", async () => {
  for (
    const [answer, expected] of [
      ["text", { header: { "Access-Control-Allow-Origin": "*" }, body: "text" }],
      [{ a: 1 }, { header: { "Access-Control-Allow-Origin": "*" }, body: { a: 1 } }],
      [null, { header: { "Access-Control-Allow-Origin": "*", "Content-Type": "application/json" }, body: "null" }],
    ] as const
  ) {
    await using node = await startNode(cors, { origins: ["*"] }, { answers: { out: () => answer } });
    assertEquals(await node.send(request("GET", { Origin: SHOP })), expected);
  }
  await using node = await startNode(cors, { origins: ["*"] }, {
    answers: {
      out: () => {
        throw failure("gone", { code: "not_found", details: { status: 404 } });
      },
    },
  });
  const error = await node.send(request("GET", { Origin: SHOP })) as Error & { code: string; details: ValueMap };
  assert(error instanceof Error);
  assertEquals([error.message, error.code, error.details.status], ["gone", "not_found", 404]);
  assertEquals(error.details.header, { "Access-Control-Allow-Origin": "*" });
});

Deno.test("a pattern is of names below one, not of what ends alike", async () => {
  await using node = await startNode(cors, { origins: ["https://*.shop.example"] });
  const allowed = async (origin: string) =>
    headerOf(await node.send(preflight(origin)))["Access-Control-Allow-Origin"] === origin;
  assert(await allowed("https://a.shop.example"));
  assert(await allowed("https://a.b.shop.example"));
  for (
    const origin of [
      SHOP,
      "https://evilshop.example",
      "http://a.shop.example",
      "https://a.shop.example.evil.example",
      "https://evil.example/.shop.example",
      "https://a.shop.example:81",
    ]
  ) assert(!await allowed(origin), origin);
});

Deno.test("what no browser accepts, and what any page could misuse, is rejected", async () => {
  for (
    const [fields, message] of [
      [{ origins: ["*"], credentials: true }, 'invalid origin "*" with credentials'],
      [{ origins: [SHOP, "null"], credentials: true }, 'invalid origin "null" with credentials'],
      [{ origins: [SHOP], credentials: true, exposed: ["*"] }, 'invalid exposed "*" with credentials'],
      [{ origins: [`${SHOP}/`] }, "an origin has no slash at its end"],
      [{ origins: ["shop.example"] }, "invalid origin"],
      [{ origins: [`${SHOP}/path`] }, "invalid origin"],
      [{ origins: ["https://a*.example"] }, "invalid origin"],
      [{ origins: [SHOP], methods: ["G ET"] }, "method"],
      [{ origins: [] }, "origins"],
    ] as const
  ) await assertRejects(async () => void (await startNode(cors, fields)), Error, message);
});
