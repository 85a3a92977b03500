import { assertEquals } from "@std/assert";
import type { Value } from "../value/mod.ts";
import { doubtOf } from "./mod.ts";

const SENT = "The whole answer was sent as the body of a response with status 200.";

/** Returns the warning of a field that is called otherwise in a response. */
function meant(field: string, right: string): string {
  return `unknown field "${field}" of a response; did you mean "${right}"? ${SENT}`;
}

const DOUBTFUL: readonly [answer: Value, doubt: string][] = [
  [{ status: 200, header: {}, boddy: "x" }, meant("boddy", "body")],
  [{ status: 200, headers: { A: "b" }, boddy: "x" }, meant("headers", "header")],
  [{ headers: { Location: "/" }, body: "x" }, meant("headers", "header")],
  [{ header: { Location: "/" }, bdoy: null }, meant("bdoy", "body")],
  [{ statusCode: 200, body: "x" }, meant("statusCode", "status")],
  [{ statusCode: 404 }, meant("statusCode", "status")],
  [{ status_code: 404n, body: 1 }, meant("status_code", "status")],
  [{ Status: 200 }, meant("Status", "status")],
  [{ stauts: "204" }, meant("stauts", "status")],
  [{ code: 404, body: "none" }, meant("code", "status")],
  [{ status: 200, Body: "x", Headers: {} }, meant("Headers", "header")],
  // of AWS Lambda, and what fetch gives
  [{ statusCode: 200, headers: {}, body: "x", isBase64Encoded: false, cookies: [] }, meant("statusCode", "status")],
  [{ ok: true, status: 200, statusText: "OK", headers: {}, body: "x" }, meant("headers", "header")],
  [
    { status: 201, body: "x", note: "y" },
    `unknown field "note" of a response: expected only "status", "header" and "body". ${SENT}`,
  ],
  [
    { status: 201, body: "x", ["y".repeat(60)]: 1 },
    `unknown field "${"y".repeat(50)}..." of a response: expected only "status", "header" and "body". ${SENT}`,
  ],
  [{ status: 200.5, body: "x" }, `invalid status 200.5 of a response: expected an integer from 200 to 599. ${SENT}`],
  [
    { status: "404 Not Found", body: "x" },
    `invalid status "404 Not Found" of a response: expected an integer from 200 to 599. ${SENT}`,
  ],
  [
    { status: "ok", header: {}, body: "x" },
    `invalid status "ok" of a response: expected an integer from 200 to 599. ${SENT}`,
  ],
  // the content type of a snippet has made a response of it
  [{ header: { "Content-Type": "text/html" }, body: { statusCode: 404, body: "x" } }, meant("statusCode", "status")],
];

for (const [answer, doubt] of DOUBTFUL) {
  Deno.test(`a response that is not quite one: ${doubt.slice(0, 60)} (${Object.keys(answer as object)})`, () => {
    assertEquals(doubtOf(answer), doubt);
  });
}

Deno.test("responses and data are not doubted", () => {
  const request = { method: "GET", path: "/", query: {}, header: {}, body: null, params: {} };
  const fine: readonly Value[] = [
    "x",
    1,
    null,
    [],
    [{ statusCode: 404 }],
    {},
    { status: 404 },
    { status: "404", body: "x" },
    { status: 200, header: {}, body: { statusCode: 404 } },
    { header: {}, body: { a: 1 } },
    { body: { status: 200, boddy: "x" } },
    request,
    { status: "ok" },
    { status: "draft", body: "text" },
    { status: 3, body: "text", id: 7 },
    { status: 404, error: "not found", message: "no such order" },
    { statusCode: 404, error: "Not Found", message: "no such order" },
    { code: 404 },
    { code: "E1", body: "x" },
    { headers: { a: "b" } },
    { headers: ["a"], body: "x" },
    { stats: 7, bodies: 2 },
    { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 9, status: 200, header: {}, body: "x" },
    new Error("x"),
    new Uint8Array(3),
    new Date(),
  ];
  for (const answer of fine) assertEquals(doubtOf(answer), undefined, Deno.inspect(answer));
});
