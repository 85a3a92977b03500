import { assertEquals, assertRejects } from "@std/assert";
import type { Failure } from "@weft/weft/kind";
import { NONE, startNode, startWorkflow, type TestWorkflow, type Value, type ValueMap } from "@weft/weft/testing";
import { until } from "../../../tests/support/until.ts";
import { trigger } from "./trigger.ts";

/** A trigger whose messages are logged by a node of its own, as `name {...}`. */
function logged(name: string, fields: object) {
  return [
    { kind: "trigger", name, ...fields, links: { out: [{ name: `${name}-log`, port: "in" }] } },
    { kind: "log", name: `${name}-log`, message: name },
  ];
}

/** The topics and payloads of the messages that were logged. */
function messages({ log }: TestWorkflow): string[] {
  return log.filter(({ node }) => node?.endsWith("-log")).map(({ message }) => {
    const [, name, text] = /^(\S+): (.*)$/.exec(message)!;
    const { topic, payload } = JSON.parse(text!);
    return `${name} ${topic} ${JSON.stringify(payload)}`;
  });
}

Deno.test("a message reaches every node whose topic matches, in a process of its own", async () => {
  await using workflow = await startWorkflow([
    ...logged("one", { topic: "orders.paid" }),
    ...logged("some", { topic: "orders.*" }),
    ...logged("others", { topic: "users.**" }),
    { kind: "trigger", name: "send", topic: "orders.*", to: "'orders.' + self.status" },
  ], { allow: true });
  assertEquals(await workflow.send("one.in", 1), NONE);
  await until("it is there", () => messages(workflow).length === 2);
  await workflow.send("send.in", { status: "sent" });
  await until("the other one is there", () => messages(workflow).length === 3);
  assertEquals(messages(workflow), [
    "one orders.paid 1",
    "some orders.paid 1",
    'some orders.sent {"status":"sent"}',
  ]);
});

Deno.test("the message has the time, and its publisher an answer of nothing at once", async () => {
  await using node = await startNode(trigger, { topic: "a" });
  const answer = await node.send("payload");
  assertEquals(answer, NONE);
  await until("it is there", () => node.sent.length === 1);
  assertEquals(node.sent, [
    { port: "out", payload: { topic: "a", payload: "payload", time: new Date(node.clock.now()) } },
  ]);
});

Deno.test("what is beyond concurrency waits in order, and beyond queue nobody gets it", async () => {
  const held: PromiseWithResolvers<Value>[] = [];
  const specs = [
    {
      kind: "trigger",
      name: "slow",
      topic: "a.*",
      concurrency: 2,
      queue: 1,
      links: { out: [{ name: "work", port: "in" }] },
    },
    { kind: "log", name: "work" },
    ...logged("all", { topic: "a.**" }),
    { kind: "trigger", name: "send", topic: "a.b" },
  ];
  const seen: Value[] = [];
  await using workflow = await startWorkflow(specs, {
    allow: ["slow", "all", "send", "all-log"],
    mocks: {
      work: (message) => {
        seen.push((message as ValueMap).payload!);
        const hold = Promise.withResolvers<Value>();
        held.push(hold);
        return hold.promise;
      },
    },
  });
  for (const n of [1, 2, 3]) await workflow.send("send.in", n);
  const refused = await workflow.send("send.in", 4) as Failure;
  assertEquals([refused.code, refused.message], ["busy", "too many messages wait for slow"]);
  assertEquals(workflow.metricsOf("send"), { refused: 1 });
  await until("two are worked on", () => seen.length === 2);
  held[0]!.resolve(null);
  await until("a third is", () => seen.length === 3);
  await workflow.send("send.in", 5);
  for (let n = 1; n < 4; n++) {
    await until("all are taken", () => held.length > n);
    held[n]!.resolve(null);
  }
  assertEquals(seen, [1, 2, 3, 5]);
  await until("the other one has all of them", () => messages(workflow).length === 4);
  assertEquals(messages(workflow).map((line) => line.at(-1)), ["1", "2", "3", "5"]);
});

Deno.test("a process that failed is run again, and its failure is logged", async () => {
  await using node = await startNode(trigger, { topic: "a", retry: { attempts: 3, delay: "1s" } }, {
    answers: { out: () => new Error("not now") },
  });
  await node.send(1);
  for (let n = 1; n <= 3; n++) {
    await until(`attempt ${n}`, () => node.sent.length === n);
    // what waits for the clock does so a little later
    await until("it waits", async () => {
      await node.clock.advance(1_000);
      return n === 3 || node.sent.length > n;
    });
  }
  await node.clock.advance(60_000);
  assertEquals(node.sent.length, 3);
  assertEquals(node.log.filter(({ level }) => level === "error").length, 3);
});

Deno.test("load and unload are told by the node itself, and by nobody else", async () => {
  await using workflow = await startWorkflow([
    ...logged("begin", { topic: "load" }),
    ...logged("end", { topic: "unload" }),
    ...logged("all", { topic: "**" }),
    { kind: "trigger", name: "send", topic: "a", to: "self" },
  ], { allow: true });
  await until("it has begun", () => messages(workflow).length === 1);
  const codes = async (...payloads: Value[]) => {
    const answers = [];
    for (const payload of payloads) answers.push((await workflow.send("send.in", payload) as Failure).code);
    return answers;
  };
  assertEquals(await codes("load", "unload", "a.*", "a b", 1), [
    "invalid",
    "invalid",
    "invalid_payload",
    "invalid_payload",
    "invalid_payload",
  ]);
  assertEquals((await workflow.send("begin.in", 1) as Failure).message, 'only the engine publishes to "load"');
  assertEquals(
    (await workflow.send("all.in", 1) as Failure).message,
    '"**" stands for several topics: name one by the field to',
  );
  // the reload loads the new one, then unloads the old one
  await workflow.apply([
    ...logged("begin", { topic: "load", queue: 5 }),
    ...logged("end", { topic: "unload", queue: 5 }),
  ]);
  await workflow.delete("end");
  await until("all is told", () => messages(workflow).length === 4);
  assertEquals(messages(workflow).sort(), [
    'begin load {"node":"begin"}',
    'begin load {"node":"begin"}',
    'end unload {"node":"end"}',
    'end unload {"node":"end"}',
  ]);
});

Deno.test("a change keeps what waits; what waits when the node is deleted is told", async () => {
  const seen: Value[] = [];
  const held: PromiseWithResolvers<Value>[] = [];
  const spec = (fields: object) => [
    {
      kind: "trigger",
      name: "one",
      topic: "a",
      concurrency: 1,
      ...fields,
      links: { out: [{ name: "work", port: "in" }] },
    },
  ];
  await using workflow = await startWorkflow([...spec({}), { kind: "log", name: "work" }], {
    allow: ["one"],
    mocks: {
      work: (message) => {
        seen.push((message as ValueMap).payload!);
        const hold = Promise.withResolvers<Value>();
        held.push(hold);
        return hold.promise;
      },
    },
  });
  for (const n of [1, 2, 3, 4]) await workflow.send("one.in", n);
  await until("one is worked on", () => seen.length === 1);
  await workflow.apply(spec({ timeout: "20s" }));
  held[0]!.resolve(null);
  await until("the next one is", () => seen.length === 2);
  await workflow.delete("one");
  held[1]!.resolve(null);
  await until("it is told", () => workflow.log.some(({ message }) => message === "2 messages that waited are lost"));
  assertEquals(seen, [1, 2]);
});

Deno.test("a trigger that cannot be is rejected", async () => {
  const wrong: [Record<string, unknown>, string][] = [
    [{ topic: "a b" }, "expected words with dots between them"],
    [{ topic: "a.b*" }, "expected words with dots between them"],
    [{ topic: "a", to: "self." }, "node"],
  ];
  for (const [fields, message] of wrong) await assertRejects(() => startNode(trigger, fields), Error, message);
});

Deno.test("a request can be published, and outlives its answer; a stream cannot", async () => {
  const seen: Value[] = [];
  await using workflow = await startWorkflow([
    { kind: "listener", name: "web", port: 0, links: { out: [{ name: "one", port: "in" }] } },
    {
      kind: "trigger",
      name: "one",
      topic: "requests",
      concurrency: 1,
      links: { out: [{ name: "wait", port: "in" }] },
    },
    { kind: "sleep", name: "wait", interval: "1s", links: { out: [{ name: "body", port: "in" }] } },
    {
      kind: "snippet",
      name: "body",
      language: "cel",
      code: "self.payload.body.id",
      links: { out: [{ name: "sink", port: "in" }] },
    },
    { kind: "log", name: "sink" },
    { kind: "listener", name: "uploads", port: 0, stream: true, links: { out: [{ name: "one", port: "in" }] } },
  ], { allow: ["web", "uploads", "one"], mocks: { sink: (payload) => seen.push(payload) } });
  const urls = await workflow.urls();
  const statuses: number[] = [];
  for (const url of urls) {
    for (const id of [1, 2]) {
      const headers = { "content-type": "application/json" };
      const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ id }) });
      await response.body?.cancel();
      statuses.push(response.status);
    }
  }
  assertEquals(statuses.sort(), [204, 204, 500, 500]);
  await until("both are there", async () => {
    await workflow.clock.advance(1_000);
    return seen.length === 2;
  });
  assertEquals(seen.map(Number), [1, 2]);
});

Deno.test("what waits when the engine ends is told, and not begun", async () => {
  const workflow = await startWorkflow([
    { kind: "trigger", name: "one", topic: "a", concurrency: 1, links: { out: [{ name: "work", port: "in" }] } },
    { kind: "log", name: "work" },
  ], { allow: ["one"], mocks: { work: () => new Promise<never>(() => {}) } });
  for (const n of [1, 2, 3, 4]) await workflow.send("one.in", n);
  await workflow[Symbol.asyncDispose]();
  assertEquals(workflow.callsOf("work").length, 1);
  assertEquals(workflow.log.filter(({ node }) => node === "one").map(({ level, message }) => `${level} ${message}`), [
    "error the runtime was closed",
    "warn 3 messages that waited are lost",
  ]);
});
