import { defineKind, failure, type Kind, type Value, type ValueMap } from "@weft/weft/kind";
import { check, loadExtensions, schemeOf } from "@weft/weft";
import { startWorkflow } from "@weft/weft/testing";
import aedes, { type Client } from "aedes";
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { createServer, type Socket } from "node:net";
import { z } from "zod";
import kinds from "./mod.ts";
import { readPayload } from "./subscribe.ts";
import { isFilter, isTopic, takes } from "./topic.ts";

const MODULE = import.meta.resolve("./mod.ts");

/** A broker in this program, which may be shut for a while. */
class TestBroker implements AsyncDisposable {
  /** The messages that were acknowledged to it: topic and text. */
  readonly acknowledged: string[] = [];
  /** The topics that were subscribed to, each time. */
  readonly subscribed: string[] = [];
  readonly #broker = aedes.createBroker({
    authenticate: (_client, user, password, done) =>
      done(null, user === undefined || user === null || String(password) === "right"),
  });
  readonly #sockets = new Set<Socket>();
  #server = createServer();
  #port = 0;

  static async start(): Promise<TestBroker> {
    const broker = new TestBroker();
    broker.#broker.on("ack", (packet: unknown, _client: Client) => {
      const { topic, payload } = packet as { topic?: string; payload?: Uint8Array };
      if (topic !== undefined) broker.acknowledged.push(`${topic} ${payload}`);
    });
    broker.#broker.on("subscribe", (subscriptions: { topic: string }[]) => {
      broker.subscribed.push(...subscriptions.map(({ topic }) => topic));
    });
    await broker.open();
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  async open(): Promise<void> {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      this.#broker.handle(socket);
    });
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", () => resolve()));
    this.#port = (this.#server.address() as { port: number }).port;
  }

  /** Ends all connections and takes no more. */
  async shut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Publishes in the broker itself. */
  publish(topic: string, text: string): Promise<void> {
    const packet = { cmd: "publish", topic, payload: text, qos: 1, retain: false, dup: false } as const;
    return new Promise((resolve, reject) =>
      this.#broker.publish(packet as never, (error) => error ? reject(error) : resolve())
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shut();
    await new Promise<void>((resolve) => this.#broker.close(() => resolve()));
  }
}

/** What the nodes of kind `gate` have got, and how they answer. */
class Gate {
  readonly got: string[] = [];
  readonly payloads: ValueMap[] = [];
  /** Returns what a message is answered with. */
  answer: (text: string) => Value | Promise<Value> = (text) => text;

  readonly kind: Kind = defineKind({
    name: "gate",
    summary: "Answers as the test wants.",
    place: "host",
    effect: "none",
    fields: z.object({ mark: z.string().default("") }),
    ports: { in: ["in"], out: ["out", "error"] },
    prepare: ({ fields }) => ({
      in: (payload) => {
        const message = payload as ValueMap;
        this.payloads.push(message);
        this.got.push(`${fields.mark}${message.payload}`);
        return this.answer(String(message.payload));
      },
    }),
  });
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!holds()) {
    ok(performance.now() < end, `${what} does not hold`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function specs(broker: TestBroker, { mark = "", more = {}, data = {} }: {
  mark?: string;
  more?: Record<string, unknown>;
  data?: Record<string, unknown>;
} = {}) {
  return [
    { kind: "mqtt", name: "broker", data: { url: broker.url, clientId: "test", ...data } },
    {
      kind: "mqtt.subscribe",
      name: "orders",
      connection: "broker",
      topics: ["orders/+/new"],
      links: { out: [{ name: "work", port: "in" }] },
      ...more,
    },
    { kind: "gate", name: "work", mark },
    { kind: "mqtt.publish", name: "send", connection: "broker", timeout: "5s" },
  ];
}

const OPTIONS = { extensions: [MODULE], allow: true, allowPrivate: ["127.0.0.1"] } as const;

Deno.test("what is published to a topic comes to who has subscribed to it, in the form that it was sent in", async () => {
  await using broker = await TestBroker.start();
  const gate = new Gate();
  await using workflow = await startWorkflow(specs(broker), { ...OPTIONS, kinds: [gate.kind] });
  const payloads = ["text", { a: [1, null] }, new Uint8Array([0, 255]), 5];
  for (const [at, payload] of payloads.entries()) {
    const message = { topic: `orders/${at}/new`, payload };
    strictEqual(await workflow.send("send.in", message), message);
  }
  await workflow.send("send.in", { topic: "orders/new", payload: "not subscribed to" });
  await until("four messages have come", () => gate.got.length === 4);
  deepStrictEqual(
    gate.payloads.map(({ topic, payload }) => [topic, payload]),
    payloads.map((payload, at) => [
      `orders/${at}/new`,
      payload,
    ]),
  );
  match(String(await workflow.send("send.in", { topic: "a/#", payload: 1 })), /expected a topic without \+ and #/);
  match(String(await workflow.send("send.in", "text")), /expected a map of topic and payload/);
});

Deno.test("a message is acknowledged when its process has ended well, and not before", async () => {
  await using broker = await TestBroker.start();
  const gate = new Gate();
  const opened = Promise.withResolvers<Value>();
  gate.answer = (text) => text === "wait" ? opened.promise : text === "bad" ? failure("no") : text;
  await using workflow = await startWorkflow(
    specs(broker, { more: { concurrency: 2, retry: { attempts: 2, delay: 1_000 }, dead: "dead/orders" } }),
    { ...OPTIONS, kinds: [gate.kind] },
  );
  await broker.publish("orders/1/new", "wait");
  await until("the first has come", () => gate.got.length === 1);
  await broker.publish("orders/2/new", "fast");
  await until("the second is done before the first", () => broker.acknowledged.includes("orders/2/new fast"));
  deepStrictEqual(broker.acknowledged.filter((line) => line.startsWith("orders")), ["orders/2/new fast"]);
  opened.resolve("done");
  await until("the first is acknowledged", () => broker.acknowledged.includes("orders/1/new wait"));
  // one that fails runs again after a while, and then goes elsewhere
  await broker.publish("orders/3/new", "bad");
  await until("it has failed once", () => gate.got.filter((text) => text === "bad").length === 1);
  ok(!broker.acknowledged.includes("orders/3/new bad"));
  await until("it waits", () => workflow.clock.sleeping > 0);
  await workflow.clock.advance(1_000);
  await until("it is acknowledged", () => broker.acknowledged.includes("orders/3/new bad"));
  deepStrictEqual(gate.got, ["wait", "fast", "bad", "bad"]);
  deepStrictEqual([workflow.metricsOf("orders").failed, workflow.metricsOf("orders").done], [1, 2]);
});

Deno.test("a lost connection loses no message, and runs none twice whose process goes on", async () => {
  await using broker = await TestBroker.start();
  const gate = new Gate();
  const [short, long] = [Promise.withResolvers<Value>(), Promise.withResolvers<Value>()];
  let isGood = false;
  gate.answer = (text) => {
    if (text === "short") return short.promise;
    if (text === "long") return long.promise;
    return text === "bad" && !isGood ? failure("no") : text;
  };
  await using workflow = await startWorkflow(specs(broker, { more: { concurrency: 3, retry: { attempts: 1 } } }), {
    ...OPTIONS,
    kinds: [gate.kind],
  });
  for (const text of ["short", "long", "bad"]) await broker.publish("orders/1/new", text);
  await until("they have come", () => gate.got.length === 3);
  await until("one is given up", () => workflow.metricsOf("orders").failed === 1);
  isGood = true;
  await broker.shut();
  await until("the loss is told", () => workflow.log.some(({ message }) => /trying again/.test(message)));
  // one ends while nobody can be told
  short.resolve("done");
  await until("it has ended", () => workflow.metricsOf("orders").done === 1);
  // published while nobody is there: the broker keeps it for the client, the client until there is a broker
  await broker.publish("orders/2/new", "kept");
  const sending = workflow.send("send.in", { topic: "orders/3/new", payload: "sent" });
  await broker.open();
  strictEqual((await sending as ValueMap).payload, "sent");
  long.resolve("done");
  await until("all are acknowledged", () => broker.acknowledged.filter((line) => /^orders/.test(line)).length >= 5);
  // once each, but for the one that was given up
  deepStrictEqual(gate.got.toSorted(), ["bad", "bad", "kept", "long", "sent", "short"]);
});

Deno.test("a broker that is not there at first is subscribed to when it is", async () => {
  await using broker = await TestBroker.start();
  await broker.shut();
  const gate = new Gate();
  await using _ = await startWorkflow(specs(broker, { more: { qos: 0 } }), { ...OPTIONS, kinds: [gate.kind] });
  await broker.open();
  await until("it is subscribed", () => broker.subscribed.includes("orders/+/new"));
  await broker.publish("orders/1/new", "late");
  await until("a message comes", () => gate.got.length === 1);
});

Deno.test("a reload keeps the connection, and hands what waits over to the new node", async () => {
  await using broker = await TestBroker.start();
  const gate = new Gate();
  const opened = Promise.withResolvers<Value>();
  gate.answer = (text) => text === "wait" ? opened.promise : text;
  const run = async () => {
    await using workflow = await startWorkflow(specs(broker, { mark: "a" }), { ...OPTIONS, kinds: [gate.kind] });
    await broker.publish("orders/1/new", "wait");
    await until("it has come", () => gate.got.length === 1);
    await broker.publish("orders/1/new", "waits");
    // another node in its place, and another one behind it
    await workflow.apply(specs(broker, { mark: "b", more: { timeout: "20s" } }));
    for (let at = 0; at < 5; at++) await broker.publish("orders/1/new", String(at));
    await until("the new node works on what the old one had not begun", () => gate.got.length === 7);
    deepStrictEqual(gate.got, ["await", "bwaits", "b0", "b1", "b2", "b3", "b4"]);
    opened.resolve("done");
    await until("all are acknowledged", () => broker.acknowledged.filter((line) => /^orders/.test(line)).length === 7);
    deepStrictEqual(broker.subscribed, ["orders/+/new"]);
  };
  await run();
  // while the engine is away, the broker keeps what comes
  await broker.publish("orders/1/new", "later");
  gate.got.length = 0;
  await using _ = await startWorkflow(specs(broker, { mark: "c" }), { ...OPTIONS, kinds: [gate.kind] });
  await until("it comes to the next engine", () => gate.got.length === 1);
  deepStrictEqual(gate.got, ["clater"]);
});

Deno.test("who may not log in, or finds nobody, is told so, and what is published fails in time", async () => {
  await using broker = await TestBroker.start();
  const env = { USER_PASSWORD: "wrong" };
  const data = { user: "ada", password: "env:USER_PASSWORD" };
  const [connection, , , send] = specs(broker, { data });
  {
    const options = { ...OPTIONS, env };
    await using workflow = await startWorkflow([connection!, { ...send!, timeout: 300 }], options);
    const answer = await workflow.send("send.in", { topic: "a", payload: 1 });
    match(String(answer), /broker: the broker has not taken the message within 300 ms: .*(not authori|bad user)/i);
    strictEqual((answer as { code?: string }).code, "timeout");
    ok(!JSON.stringify(workflow.log).includes("wrong"));
  }
  {
    const options = { ...OPTIONS, env: { USER_PASSWORD: "right" } };
    await using workflow = await startWorkflow([connection!, send!], options);
    deepStrictEqual(await workflow.send("send.in", { topic: "a", payload: 1 }), { topic: "a", payload: 1 });
  }
  const closed = { ...OPTIONS, allowPrivate: [], env };
  await using workflow = await startWorkflow([connection!, { ...send!, timeout: 300 }], closed);
  match(String(await workflow.send("send.in", { topic: "a", payload: 1 })), /forbidden address 127\.0\.0\.1/);
});

Deno.test("the examples of the kinds are valid", async () => {
  const scheme = schemeOf(await loadExtensions([MODULE]));
  const examples = kinds.flatMap(({ examples = [] }) => examples.map(({ spec }) => ({ name: undefined, ...spec })));
  const { diagnostics } = await check(examples.map((spec, at) => ({ ...spec, name: spec.name ?? `node${at}` })), {
    scheme,
  });
  deepStrictEqual(diagnostics, []);
});

Deno.test("topics and filters are told apart, and filters take what they should", () => {
  deepStrictEqual(["a", "a/b", "/", "$SYS/x", "", "a/#", "a+"].map(isTopic), [
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  deepStrictEqual(["#", "a/#", "+/b", "$share/g/a/#", "a#", "#/a", "a/b+", ""].map(isFilter), [
    ...[true, true, true, true],
    ...[false, false, false, false],
  ]);
  const pairs: [filter: string, topic: string, takes: boolean][] = [
    ["a/+/c", "a/b/c", true],
    ["a/+/c", "a/b/b/c", false],
    ["a/#", "a", true],
    ["a/#", "a/b/c", true],
    ["a/+", "a", false],
    ["+/+", "/a", true],
    ["#", "$SYS/x", false],
    ["$SYS/#", "$SYS/x", true],
    ["$share/g/a/+", "a/b", true],
  ];
  for (const [filter, topic, expected] of pairs) strictEqual(takes(filter, topic), expected, `${filter} ${topic}`);
});

Deno.test("a message is read as JSON, as text or as bytes", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  deepStrictEqual(readPayload(bytes('{"a":1}'), "auto"), { a: 1 });
  deepStrictEqual(readPayload(bytes("a b"), "auto"), "a b");
  deepStrictEqual(readPayload(new Uint8Array([255]), "auto"), new Uint8Array([255]));
  deepStrictEqual(readPayload(bytes("5"), "text"), "5");
  match(String(readPayload(bytes("a b"), "json")), /not valid JSON/);
  match(String(readPayload(new Uint8Array([255]), "text")), /not valid UTF-8/);
});
