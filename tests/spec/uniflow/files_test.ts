import { assertEquals, assertMatch } from "@std/assert";
import { startWorkflow } from "@weft/weft/testing";
import { check } from "../../../src/api/mod.ts";
import { formatDiagnostic } from "../../../src/spec/mod.ts";
import { LOCAL_COMPILER } from "../../../src/testing/local_compiler.ts";
import { BLOCKS } from "./blocks.ts";

Deno.test("files of Uniflow pass weft check, and what is wrong with a file is told", async () => {
  const files = BLOCKS.map(({ text }, index) => ({ name: `${index}.yaml`, text }));
  for (const [index, { title, errors = [] }] of BLOCKS.entries()) {
    const { diagnostics } = await check([files[index]!], { compiler: LOCAL_COMPILER });
    assertEquals(diagnostics.map(formatDiagnostic), errors.map((error) => `${index}.yaml:${error}`), title);
  }
});

Deno.test("files of Uniflow run, all in one runtime", async () => {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    return Response.json({ path: pathname, got: await request.text() });
  });
  const { port } = server.addr;
  const text = BLOCKS.filter(({ errors }) => errors === undefined).map(({ text }) => text).join("\n---\n");
  await using workflow = await startWorkflow(text, {
    allow: true,
    allowPrivate: ["127.0.0.1"],
    env: { SERVER: `http://127.0.0.1:${port}/` },
  });
  const send = (to: string, payload: Parameters<typeof workflow.send>[1] = null) => workflow.send(to, payload);

  assertEquals(await send("each.in", [1, 2]), { all: [2, 4] });
  assertEquals(await send("many.in", { count: 11 }), "many");
  assertEquals(await send("many.in", { count: 10 }), "few");
  assertEquals(await send("both-start.in"), [0, 1]);
  assertEquals(await send("relay.in", 4), 50);
  assertEquals(await send("parts.in", ["a", "b"]), ["first a", "second b"]);
  assertEquals(await send("result.in", { payload: { status: "success" } }), "well");
  assertEquals(await send("result.in", { payload: { status: "error" } }), "badly");
  assertEquals((await send("fail.in", ["inner", "outer"]) as Error).message, "outer: inner");
  assertEquals(await send("explain.in", new Error("out of paper")), { body: { error: "out of paper" }, status: 400 });
  assertEquals(await send("careful.in", "oh"), "caught: oh");
  await send("shout.in", "");
  await send("aside.in", "hello");
  assertEquals(workflow.log.some(({ message }) => message === "aside: hello"), true);

  workflow.path.length = 0;
  assertEquals((await send("again.in", "no") as Error).message, "no");
  assertEquals(workflow.path.filter((step) => step === "again-fails.in").length, 4);

  const waiting = send("later.in", 1);
  await workflow.clock.advance(2_000);
  assertEquals(await waiting, 1);

  for (const node of ["ask-block.in", "ask-step.in"]) {
    assertEquals(await send(node, { a: 1 }), { path: "/echo", got: '{"a":1}' }, node);
  }

  assertEquals(await send("database.in", "CREATE TABLE users (name TEXT)"), []);
  assertEquals(await send("insert.in"), []);
  assertEquals(await send("database.in", "SELECT name FROM users"), [{ name: "foo" }, { name: "bar" }]);

  assertEquals(workflow.suites, ["answer-test", "plain-test", "sent-test"]);
  for (const suite of workflow.suites) assertEquals((await workflow.runSuite(suite)).error, undefined, suite);

  const urls = await workflow.urls();
  assertEquals(urls.length, 4);
  const answers = await Promise.all(urls.map(async (url) => {
    const ping = await (await fetch(`${url}/ping`)).text();
    const submitted = await (await fetch(`${url}/api/submit`, { method: "POST", body: "sent" })).text();
    return `${ping} ${submitted}`;
  }));
  assertMatch(answers.toSorted().join("\n"), /^Not Found sent$/m);
  assertMatch(answers.join("\n"), /^pong Not Found$/m);
  assertMatch(answers.join("\n"), /^{"path":"\/ping".*{"path":"\/api\/submit","got":"sent"}$/m);
});
