import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { defineKind } from "@weft/weft/kind";
import { by, NONE, sequence, startWorkflow } from "@weft/weft/testing";
import { z } from "zod";

const charge = defineKind({
  name: "charge",
  summary: "Charges somebody.",
  place: "host",
  fields: z.object({ url: z.string().default("https://example.com").describe("Where.") }),
  ports: { in: ["in"], out: ["out", "error"] },
  prepare({ fields: { url } }) {
    if (url !== "") throw new Error("a test must not prepare this");
    return { in: (payload) => payload };
  },
});

const SHOP = `
- kind: listener
  name: web
  port: 0
  links: { out: [{ name: router, port: in }] }
- kind: router
  name: router
  routes: [{ method: POST, path: /orders, port: "out[0]" }]
  links: { "out[0]": [{ name: price, port: in }] }
- kind: snippet
  name: price
  language: javascript
  code: |
    export default ({ body }) => ({ amount: body.n * 10 });
  links: { out: [{ name: charge, port: in }] }
- kind: charge
  name: charge
  links: { out: [{ name: done, port: in }], error: [{ name: failed, port: in }] }
- { kind: snippet, name: done, language: cel, code: '"paid " + self.id' }
- { kind: snippet, name: failed, language: cel, code: '"failed: " + string(self)' }
`;

const order = { method: "POST", path: "/orders", body: { n: 2 } };

Deno.test("a workflow runs from its source, with host nodes mocked", async () => {
  await using shop = await startWorkflow(SHOP, { kinds: [charge], mocks: { charge: { id: "c1" } } });
  assertEquals(await shop.run("web.out", order), "paid c1");
  assertEquals(shop.path, [
    "web.out",
    "router.in",
    "router.out[0]",
    "price.in",
    "price.out",
    "charge.in",
    "charge.out",
    "done.in",
  ]);
  assertEquals(shop.calls, [
    { node: "charge", kind: "charge", port: "in", payload: { amount: 20 }, address: "0.1:0.1:0" },
  ]);
  assertEquals(await shop.send("price.in", { body: { n: 3 } }), "paid c1");
  assertEquals(shop.callsOf("charge"), [{ amount: 20 }, { amount: 30 }]);
  assertEquals(await shop.urls(), []);
});

Deno.test("mocks answer with functions, errors, ports and sequences", async () => {
  const mocks = {
    charge: sequence(
      new Error("declined"),
      (payload, call) => ({ id: `${call.node} ${JSON.stringify(payload)}` }),
      by("error", "odd"),
    ),
  };
  await using shop = await startWorkflow(SHOP, { kinds: [charge], mocks });
  assertMatch(String(await shop.run("web.out", order)), /failed: .*declined/);
  assertEquals(await shop.run("web.out", order), 'paid charge {"amount":20}');
  assertEquals(await shop.run("web.out", order), "failed: odd");
  assertMatch(String(await shop.run("web.out", order)), /no more answers in the mock of charge: it has 3/);
});

Deno.test("an effect that is neither mocked nor allowed is an error of the test", async () => {
  await using shop = await startWorkflow(SHOP, { kinds: [charge] });
  const error = await assertRejects(() => shop.run("web.out", order));
  assertEquals(
    (error as Error).message,
    'charge: a call of kind charge has effects (once); mock it with mocks: { "charge": ... }, ' +
      'or allow it with allow: ["charge"]',
  );
  await assertRejects(
    () => startWorkflow(SHOP, { kinds: [charge], allow: ["charge"] }),
    Error,
    "charge: a test must not prepare this",
  );
});

Deno.test("an effect that an init link has is an error of the test, at its end", async () => {
  const error = await assertRejects(async () => {
    await using _ = await startWorkflow(
      [
        { kind: "charge", name: "charge" },
        { kind: "nop", name: "first", links: { init: [{ name: "charge", port: "in" }] } },
      ],
      { kinds: [charge] },
    );
  });
  assertMatch((error as Error).message, /^charge: a call of kind charge has effects \(once\)/);
});

Deno.test("a mock of no node, an unknown port and bad specs are errors", async () => {
  const start = (mocks: Record<string, string>) => startWorkflow(SHOP, { kinds: [charge], mocks });
  await assertRejects(() => start({ chrage: "" }), Error, 'unknown node "chrage"; did you mean "charge"?');
  await using shop = await startWorkflow(SHOP, { kinds: [charge] });
  await assertRejects(() => shop.send("prise.in", 1), Error, 'unknown node "prise"; did you mean "price"?');
  await assertRejects(() => shop.send("price.on", 1), Error, 'unknown in port "on" of price');
  await assertRejects(() => shop.send("price", 1), Error, 'invalid port "price": expected NODE.PORT such as router.in');
  await assertRejects(() => shop.run("done.oot", 1), Error, 'unknown out port "oot" of done');
  assertEquals(await shop.run("done.out", 1), NONE);
  await assertRejects(
    () => startWorkflow("- kind: if\n  name: x\n  wen: true\n"),
    Error,
    "test.yaml:3:3: ",
  );
  await assertRejects(() => startWorkflow([{ kind: "if", name: "x" }]), Error, 'x: missing field "when"');
});

Deno.test("errors of user code are answers, and lines of console are in the log", async () => {
  await using workflow = await startWorkflow(`
- kind: snippet
  name: code
  language: javascript
  code: |
    export default (n) => {
      console.warn("got", n);
      if (n === 2) throw new Error("two");
      return n;
    };
`);
  assertEquals(await workflow.send("code.in", 1), 1);
  const error = await workflow.send("code.in", 2) as Error & { position?: string; path?: string[] };
  assertEquals([error.message, error.position, error.path], ["two", "test.yaml:8:26", ["test.out", "code"]]);
  const lines = workflow.log.filter(({ level }) => level === "warn");
  assertEquals(lines.map(({ node, message }) => [node, message]), [["code", "got 1"], ["code", "got 2"]]);
  assert(lines[0]!.process !== undefined && lines[0]!.process !== lines[1]!.process);
});

Deno.test("a change replaces a node, and a rejected one changes nothing", async () => {
  const text = (code: string) => [{ kind: "snippet", name: "a", language: "text", code }];
  await using workflow = await startWorkflow(text("one"));
  await workflow.apply(text("two"));
  assertEquals(await workflow.send("a.in", null), "two");
  await assertRejects(() => workflow.apply([{ kind: "snippet", name: "a", language: "javascript", code: "(" }]));
  assertEquals(await workflow.send("a.in", null), "two");
  await workflow.delete("a");
  await assertRejects(() => workflow.send("a.in", null), Error, 'unknown node "a"');
});

Deno.test("allowed sources watch: a listener serves requests", async () => {
  await using workflow = await startWorkflow(
    [
      { kind: "listener", name: "web", port: 0, links: { out: [{ name: "pong", port: "in" }] } },
      { kind: "snippet", name: "pong", language: "text", code: "pong" },
    ],
    { allow: ["web"] },
  );
  const [url] = await workflow.urls();
  assertEquals(await (await fetch(url!)).text(), "pong");
});

Deno.test("templates see the variables of the test", async () => {
  await using workflow = await startWorkflow(
    "- { kind: log, name: log, message: '{{ env.NAME }}' }",
    { env: { NAME: "Ada" } },
  );
  await workflow.send("log.in", 1);
  assertEquals(workflow.log.filter(({ node }) => node === "log").map(({ message }) => message), ["Ada: 1"]);
});

Deno.test("nodes of executors are mocked as those of the host are", async () => {
  await using shop = await startWorkflow(SHOP, {
    kinds: [charge],
    mocks: { price: sequence({ amount: 1 }, new Error("no price")), charge: (payload) => ({ id: String(payload) }) },
  });
  assertEquals(await shop.run("web.out", order), "paid [object Object]");
  assertMatch(String(await shop.run("web.out", order)), /no price/);
});

Deno.test("a listener takes requests without a socket", async () => {
  await using shop = await startWorkflow(SHOP, { kinds: [charge], mocks: { charge: { id: "c1" } } });
  const body = JSON.stringify({ n: 2 });
  const headers = { "content-type": "application/json" };
  const paid = await shop.request("web", "/orders", { method: "POST", body, headers });
  assertEquals([paid.status, await paid.text()], [200, "paid c1"]);
  assertEquals((await shop.request("web", "/none")).status, 404);
  assertEquals(await shop.urls(), []);
  await assertRejects(() => shop.request("price", "/"), Error, "price takes no requests: it is a snippet");
  await assertRejects(() => shop.request("wep", "/"), Error, 'unknown node "wep"; did you mean "web"?');
});

Deno.test("code that does not end is stopped after its time, and others go on", async () => {
  await using workflow = await startWorkflow([
    { kind: "snippet", name: "loop", language: "javascript", code: "export default () => { for (;;); }", timeout: 20 },
    { kind: "snippet", name: "one", language: "javascript", code: "export default () => 1" },
  ]);
  const error = await workflow.send("loop.in", 1) as Error & { code?: string };
  assertEquals([error.message, error.code], ["loop was stopped after 20 ms", "timeout"]);
  assertEquals(await workflow.send("one.in", 1), 1);
});
