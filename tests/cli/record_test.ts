import { assert, assertEquals, assertRejects } from "@std/assert";
import { Recorder } from "../../src/cli/record/recorder.ts";
import { parseYamlValue } from "../../src/spec/yaml/mod.ts";
import { runFlowTests } from "../../src/testing/mod.ts";
import { World } from "../runtime/world.ts";

const SPECS = (port: number) => `
- { kind: listener, name: web, port: 0, links: { out: [{ name: router, port: in }] } }
- kind: router
  name: router
  routes: [{ method: POST, path: /orders, port: "out[0]" }, { path: /bytes, port: "out[1]" }]
  links: { "out[0]": [{ name: order, port: in }], "out[1]": [{ name: bytes, port: in }] }
- kind: snippet
  name: order
  language: javascript
  code: "export default ({ body }) => ({ body: { n: body.n, token: 'abc' } })"
  links: { out: [{ name: pay, port: in }] }
- kind: http
  name: pay
  url: http://127.0.0.1:${port}/
  errors: [500]
  retry: 1
  method: POST
  links: { out: [{ name: done, port: in }], error: [{ name: failed, port: in }] }
- { kind: snippet, name: done, language: cel, code: '{"status": 201, "body": self.body}' }
- { kind: snippet, name: failed, language: cel, code: '{"status": 502, "body": "not paid"}' }
- { kind: snippet, name: bytes, language: javascript, code: "export default () => new Uint8Array([255])" }
`;

Deno.test("what a runtime serves is recorded as tests, without secrets, and they pass", async () => {
  let calls = 0;
  await using server = Deno.serve({ port: 0, onListen() {} }, async (request) => {
    const { n } = await request.json();
    if (++calls > 1) return new Response("no", { status: 500 });
    return Response.json({ id: crypto.randomUUID(), n, at: new Date(), secret: "s3cret" });
  });
  const folder = await Deno.makeTempDir({ prefix: "weft-" });
  try {
    const specs = `${folder}/shop.yaml`;
    const file = `${folder}/recorded_test.yaml`;
    await Deno.writeTextFile(specs, SPECS(server.addr.port));
    const env = { PORT: "1", DATABASE_PASSWORD: "pw", STORE: "postgres://ada:pw@db/shop" };
    const recorder = await Recorder.create({ file, specs: [specs], env, log() {} });
    {
      await using world = await World.start(SPECS(server.addr.port), {
        allowPrivate: ["127.0.0.1"],
        surroundings: { sockets: recorder.sockets(() => {}, undefined) },
        interceptors: (runtime) => [recorder.interceptor(runtime)],
      });
      const headers = { "content-type": "application/json", authorization: "Bearer s3cret", cookie: "id=s3cret" };
      const post = (body: string) => world.fetch("/orders?api_key=s3cret&page=2", { method: "POST", headers, body });
      assertEquals((await post('{"n":1,"password":"s3cret"}')).status, 201);
      assertEquals((await post('{"n":2}')).status, 502);
      assertEquals((await world.fetch("/none")).status, 404);
      assertEquals((await world.fetch("/bytes")).status, 200);
      await recorder.close();
    }
    const text = await Deno.readTextFile(file);
    assert(!text.includes("s3cret") && !text.includes("pw"), text);
    const recorded = parseYamlValue(text) as { env: Record<string, string>; tests: Record<string, unknown>[] };
    assertEquals(recorded.env, { PORT: "1", DATABASE_PASSWORD: "REDACTED", STORE: "REDACTED" });
    const tests = new Map(recorded.tests.map((test) => [test.name, test]));
    assertEquals([...tests.keys()].sort(), [
      "1: POST /orders",
      "2: POST /orders",
      "3: GET /none",
      "4: GET /bytes",
    ]);
    assertEquals((tests.get("1: POST /orders")!.expect as { answer: { body: unknown } }).answer.body, {
      id: { type: "string" },
      n: 1,
      at: { type: "string" },
      secret: { type: "string" },
    });
    const { tests: results } = await runFlowTests(file);
    const statuses = results.map(({ name, status }) => `${name} ${status}`).sort();
    assertEquals(statuses, [
      "1: POST /orders passed",
      "2: POST /orders passed",
      "3: GET /none passed",
      "4: GET /bytes skipped",
    ]);
    await assertRejects(() => Recorder.create({ file, specs: [], env: {}, log() {} }), Error, "the file exists");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
