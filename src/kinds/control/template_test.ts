import { assert, assertEquals, assertRejects } from "@std/assert";
import { startNode, startWorkflow, type Value } from "@weft/weft/testing";
import { template } from "./template.ts";

async function filled(template_: string, payload: Value, fields: Record<string, unknown> = {}): Promise<Value> {
  await using node = await startNode(template, { template: template_, ...fields });
  await node.send(payload);
  return node.sent[0]!.payload;
}

Deno.test("a template is filled with the payload", async (t) => {
  const cases: [template: string, payload: Value, result: string][] = [
    ["a {{x}} b {{y.z}}", { x: 1, y: { z: true } }, "a 1 b true"],
    ["{{#items}}{{n}},{{/items}}", { items: [{ n: 1 }, { n: 2 }] }, "1,2,"],
    ["{{#items}}{{.}}{{outer}};{{/items}}", { items: [1, 2], outer: "o" }, "1o;2o;"],
    ["{{^items}}none{{/items}}{{#items}}some{{/items}}", { items: [] }, "none"],
    ["{{#a}}yes{{/a}}{{^a}}no{{/a}}", { a: 0 }, "no"],
    ["{{#a}}{{b}}{{/a}}", { a: { b: "in" } }, "in"],
    ["{{.}}", "text", "text"],
    ["{{#.}}[{{.}}]{{/.}}", ["a", "b"], "[a][b]"],
    ["{{items.0.n}} {{items.length}}", { items: [{ n: 5 }] }, "5 1"],
    ["[{{missing}}{{a.b.c}}{{n}}]", { a: {}, n: null }, "[]"],
    ["{{! a comment }}x", {}, "x"],
    ["{{=<% %>=}}<% a %>{{a}}", { a: 1 }, "1{{a}}"],
    // what a map only inherits is missing
    ["[{{constructor}}{{toString}}{{__proto__}}{{x.length}}]", { x: "abc" }, "[]"],
    ["{{__proto__}}", JSON.parse('{"__proto__": 5}'), "5"],
  ];
  for (const [text, payload, result] of cases) {
    await t.step(text, async () => assertEquals(await filled(text, payload, { format: "text" }), result));
  }
});

Deno.test("in HTML values are escaped unless they are written raw, in text never", async () => {
  const payload = { x: `<a href="b">'&` };
  const escaped = "&lt;a href&#x3D;&quot;b&quot;&gt;&#39;&amp;";
  assertEquals(await filled("{{x}}|{{{x}}}|{{& x}}", payload), `${escaped}|${payload.x}|${payload.x}`);
  assertEquals(await filled("{{x}}|{{{x}}}", payload, { format: "text" }), `${payload.x}|${payload.x}`);
  // what is written as JSON is escaped as well
  assertEquals(await filled("{{x}}", { x: { "<": 1 } }), "{&quot;&lt;&quot;:1}");
});

Deno.test("lists, maps, dates and large numbers are written readably", async () => {
  const payload = { list: [1, { a: "b" }], date: new Date(0), big: 12345678901234567890n, error: new Error("no") };
  const result = await filled("{{list}} {{date}} {{big}} {{error}}", payload, { format: "text" });
  assertEquals(result, '[1,{"a":"b"}] 1970-01-01T00:00:00.000Z 12345678901234567890 no');
});

Deno.test("partials are templates that others include", async () => {
  const partials = { item: "<li>{{name}}{{#children}}<ul>{{> item}}</ul>{{/children}}</li>" };
  const payload = { items: [{ name: "a", children: [{ name: "<b>", children: [] }] }] };
  assertEquals(
    await filled("{{#items}}{{> item}}{{/items}}", payload, { partials }),
    "<li>a<ul><li>&lt;b&gt;</li></ul></li>",
  );
});

Deno.test("templates of specs are not evaluated in a template", async () => {
  const specs = "- { kind: template, name: t, format: text, template: '{{ NAME }} {{name}}' }";
  await using workflow = await startWorkflow(specs, { env: { NAME: "variable" } });
  assertEquals(await workflow.send("t.in", { NAME: "payload", name: "x" }), "payload x");
});

Deno.test("as an answer the result has a content type", async () => {
  const answered = async (fields: Record<string, unknown>) => {
    await using node = await startNode(template, { template: "x", ...fields }, { linked: [] });
    return await node.send({});
  };
  assertEquals(await answered({}), { header: { "Content-Type": "text/html; charset=utf-8" }, body: "x" });
  assertEquals(await answered({ format: "text" }), "x");
  assertEquals(await answered({ format: "text", type: "text/css" }), {
    header: { "Content-Type": "text/css" },
    body: "x",
  });
});

Deno.test("what cannot be written is an error", async () => {
  await using endless = await startNode(template, { template: "{{> a}}", partials: { a: "{{> a}}" } });
  const answer = await endless.send({});
  assert(answer instanceof Error);
  assertEquals(endless.sent, [{ port: "error", payload: answer }]);
  const error = new Error("from before");
  assertEquals(await endless.send(error), error);
});

Deno.test("a list of 100,000 items", async () => {
  const items = Array.from({ length: 100_000 }, (_, n) => ({ n }));
  const result = await filled("{{#items}}{{n}} {{/items}}", { items }, { format: "text" }) as string;
  assertEquals(result.length, 588_890);
});

Deno.test("a template that is not right is rejected, with its place in the file", async () => {
  const start = (yaml: string) => startWorkflow(yaml);
  await assertRejects(
    () => start("- kind: template\n  name: t\n  template: |\n    ok\n    {{#a}}\n"),
    Error,
    'unclosed section "a"',
  );
  await assertRejects(() => startNode(template, { template: "a {{b" }), Error, "invalid template: unclosed tag");
  await assertRejects(() => startNode(template, { template: "{{> x}}" }), Error, 'unknown partial "x"');
  const partials = { x: "{{/y}}" };
  await assertRejects(
    () => startNode(template, { template: "{{> x}}", partials }),
    Error,
    "invalid partials.x: unopened section",
  );
  await assertRejects(() => startNode(template, { template: "", type: "css" }), Error, 'invalid type "css"');
  await assertRejects(() => startNode(template, { text: "" }), Error, 'unknown field "text"');
});

Deno.test("the result is an answer with a status and headers, or a field of the payload", async () => {
  const answered = async (fields: Record<string, unknown>, payload: Value = { x: "<1>" }) => {
    await using node = await startNode(template, { template: "{{x}}", ...fields }, { linked: [] });
    return await node.send(payload);
  };
  const type = { "Content-Type": "text/html; charset=utf-8" };
  assertEquals(await answered({ status: 404 }), { status: 404, header: type, body: "&lt;1&gt;" });
  assertEquals(await answered({ header: { "X-A": ["1", "2"] } }), {
    header: { "X-A": ["1", "2"], ...type },
    body: "&lt;1&gt;",
  });
  assertEquals(await answered({ format: "text", status: 201 }), { status: 201, body: "<1>" });
  assertEquals(await answered({ as: "html" }), { x: "<1>", html: "&lt;1&gt;" });
  assertEquals(await filled("{{x}}", { x: 1, y: 2 }, { as: "x", format: "text" }), { x: "1", y: 2 });
  const error = await answered({ as: "html" }, "text") as Error & { code: string };
  assertEquals([error.code, error.message], [
    "invalid_payload",
    "invalid payload of template: expected a map, got text",
  ]);
  await assertRejects(() => answered({ as: "html", status: 404 }), Error, "invalid status with as");
});
