import { assert, assertEquals } from "@std/assert";
import { startWorkflow, type TestWorkflow } from "@weft/weft/testing";
import { z } from "zod";
import { DatabaseQueue, type Message, type Push } from "../../src/kinds/state/database_queue.ts";
import { decodeValue, encodeValue } from "../../src/kinds/state/stored_value.ts";
import { defineKind, failure, type Kind, type Value, type ValueMap } from "../../src/kind/mod.ts";
import { type Failure, isError } from "../../src/value/mod.ts";
import { until } from "../support/until.ts";
import { type Backend, type Backends, testBackends } from "./backends.ts";

// What queues do in real databases: first the store, then the kinds on it.

interface Queues {
  readonly store: DatabaseQueue;
  /** The same queues as another engine has them. */
  readonly other: DatabaseQueue;
  readonly backend: Backend;
}

/** Returns a test that is run with an empty table in each database. */
function each(run: (queues: Queues) => Promise<void>) {
  return async ({ all }: Backends) => {
    for (const backend of all) {
      const table = backend.table();
      const [store, other] = await Promise.all(backend.engines.map((database) => DatabaseQueue.open(database, table)));
      try {
        await run({ store: store!, other: other!, backend });
      } catch (error) {
        throw new Error(`${backend.type}: ${(error as Error).message}`, { cause: error });
      } finally {
        await store!.close();
        await other!.close();
      }
    }
  };
}

let takes = 0;
const LONG = 60_000;
/** A time that is over before anybody can look. */
const SHORT = 1;

function push(store: DatabaseQueue, payload: Value, more: Partial<Push> = {}) {
  return store.push({
    queue: "q",
    key: null,
    name: null,
    payload: encodeValue(payload),
    delay: 0,
    keep: LONG,
    ...more,
  });
}

function take(store: DatabaseQueue, count = 100, visibility = LONG, queue = "q") {
  return store.take(queue, count, visibility, `lease${++takes}`);
}

function payloads(messages: readonly Message[]): Value[] {
  return messages.map(({ payload }) => payload);
}

const ERROR = encodeValue({ message: "no" });

/** A node that answers as it is told, and keeps what it gets. */
function worker(answer: (payload: Value) => Value | Promise<Value> = () => null): { kind: Kind; got: Value[] } {
  const got: Value[] = [];
  const kind = defineKind({
    name: "worker",
    summary: "Works.",
    place: "host",
    fields: z.object({}),
    ports: { in: ["in"], out: [] },
    prepare: () => ({
      concurrency: Infinity,
      in: (payload: Value) => {
        got.push(payload);
        return answer(payload);
      },
    }),
  });
  return { kind, got };
}

type Fields = Record<string, unknown>;

/** The specs of a queue: nodes that push by their names, and those that consume, linked to the worker. */
function specs({ data, table }: Pick<Backend, "data" | "table">, pushes: Record<string, Fields>, consume?: Fields) {
  const common = { connection: "db", queue: "q", table: table() };
  return [
    { kind: "connection", name: "db", data },
    { kind: "worker", name: "worker" },
    ...Object.entries(pushes).map(([name, fields]) => ({ kind: "queue.push", name, ...common, ...fields })),
    ...consume === undefined ? [] : [{
      kind: "queue.consume",
      name: "consume",
      ...common,
      poll: "100ms",
      ...consume,
      links: { out: [{ name: "worker", port: "in" }] },
    }],
  ];
}

/** Returns a test that is run with each database, whose tables have one name in it. */
function eachBackend(run: (backend: Backend) => Promise<void>) {
  return async ({ all }: Backends) => {
    for (const backend of all) {
      const name = backend.table();
      try {
        await run({ ...backend, table: () => name });
      } catch (error) {
        throw new Error(`${backend.type}: ${(error as Error).message}`, { cause: error });
      }
    }
  };
}

function start(all: ReturnType<typeof specs>, kinds: Kind[]): Promise<TestWorkflow> {
  return startWorkflow(all, { kinds, allow: true, allowPrivate: ["127.0.0.0/8"] });
}

testBackends("queues in databases", {
  "a message comes as it was pushed, in order, and is held by one": each(async ({ store, other }) => {
    const values: Value[] = [{ at: new Date(0), n: 2n ** 70n }, new Uint8Array([0, 1]), null, "ä\0", -0];
    for (const value of values) await push(store, value);
    await push(store, "elsewhere", { queue: "other" });
    const first = await take(store, 3);
    assertEquals(payloads(first), values.slice(0, 3));
    assertEquals(first.map(({ attempt, error }) => [attempt, error]), [[1, null], [1, null], [1, null]]);
    assert(Math.abs(first[0]!.pushed - Date.now()) < LONG);
    const second = await take(other);
    assertEquals(payloads(second), values.slice(3));
    assertEquals(await take(store), []);
    assertEquals(await Promise.all([...first, ...second].map((one) => store.acknowledge(one))), Array(5).fill(true));
    assertEquals(await store.acknowledge(first[0]!), false);
    assertEquals(payloads(await take(store, 100, LONG, "other")), ["elsewhere"]);
  }),

  "a message whose time is over comes again, and is its first holder's no more": each(async ({ store, other }) => {
    await push(store, 1);
    const [first] = await take(store, 1, SHORT);
    let again: Message[] = [];
    await until("it comes again", async () => (again = await take(other)).length > 0);
    assertEquals(again[0]!.attempt, 2);
    assertEquals(await store.acknowledge(first!), false);
    assertEquals(await store.giveBack(first!, 0, ERROR), false);
    assertEquals(await store.bury(first!, "dead", ERROR), false);
    assertEquals(await store.prolong([first!, again[0]!], LONG), new Set([again[0]!.id]));
    assertEquals(await other.acknowledge(again[0]!), true);
  }),

  "what is prolonged does not come again": each(async ({ store, other }) => {
    await push(store, 1);
    const [held] = await take(store, 1, 1_000);
    await store.prolong([held!], LONG);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    assertEquals(await take(other), []);
  }),

  "what is given back comes again after its time, with its reason": each(async ({ store }) => {
    await push(store, "a");
    const [first] = await take(store);
    assertEquals(await store.giveBack(first!, 0, ERROR), true);
    const [second] = await take(store);
    assertEquals([second!.attempt, second!.error], [2, { message: "no" }]);
    await store.giveBack(second!, 0, null);
    const [third] = await take(store);
    assertEquals([third!.attempt, third!.error], [2, null]);
    await store.giveBack(third!, LONG, ERROR);
    assertEquals(await take(store), []);
    const wait = await store.wait("q");
    assert(wait !== undefined && wait > LONG - 30_000 && wait <= LONG);
    assertEquals(await store.wait("nothing"), undefined);
  }),

  "a dead letter is a message of another queue": each(async ({ store }) => {
    await push(store, "a", { name: "one", key: "k" });
    const [held] = await take(store);
    assertEquals(await store.bury(held!, "q.dead", ERROR), true);
    assertEquals(await take(store), []);
    const [dead] = await take(store, 1, LONG, "q.dead");
    assertEquals([dead!.payload, dead!.key, dead!.error, dead!.attempt], ["a", "k", { message: "no" }, 1]);
    assertEquals((await push(store, "b", { name: "one" })).isDuplicate, false);
  }),

  "a name is pushed once, by however many": each(async ({ store, other }) => {
    const stores = [store, other];
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, at) => push(stores[at % 2]!, at, { name: `n${at % 3}` })),
    );
    assertEquals(results.filter(({ isDuplicate }) => !isDuplicate).length, 3);
    // in other orders, which is where they could wait for each other
    for (let round = 0; round < 10; round++) {
      const names = Array.from({ length: 40 }, (_, at) => `r${round}.${at}`);
      const all = (on: DatabaseQueue, some: string[]) =>
        Promise.all(some.map((name) => push(on, 0, { name, queue: "many" })));
      const [one, two] = await Promise.all([all(store, names), all(other, names.toReversed())]);
      assertEquals([...one!, ...two!].filter(({ isDuplicate }) => !isDuplicate).length, 40);
    }
    assertEquals(new Set(results.map(({ id }) => id)).size, 3);
    assertEquals((await push(store, 1, { name: "n0", queue: "other" })).isDuplicate, false);
    const held = await take(store);
    assertEquals(held.length, 3);
    assertEquals((await push(store, 1, { name: "n0" })).isDuplicate, true);
    for (const one of held) assertEquals(await store.acknowledge(one), true);
    assertEquals((await push(store, 1, { name: "n0" })).isDuplicate, true);
    assertEquals(await take(store), []);
  }),

  "a name whose time is over may be pushed again": each(async ({ store }) => {
    const first = await push(store, 1, { name: "n", keep: 0 });
    assertEquals((await push(store, 1, { name: "n", keep: 0 })).isDuplicate, true);
    const [held] = await take(store);
    await store.acknowledge(held!);
    const second = await push(store, 2, { name: "n" });
    assert(!second.isDuplicate && second.id !== first.id);
    assertEquals(payloads(await take(store)), [2]);
  }),

  "messages of one key come one after another, and do not hold up others": each(async ({ store, other }) => {
    for (let at = 0; at < 6; at++) await push(store, `${"ab"[at % 2]}${at}`, { key: "ab"[at % 2]! });
    await push(store, "free");
    const first = await take(store);
    assertEquals(payloads(first), ["a0", "b1", "free"]);
    assertEquals(await take(other), []);
    await store.acknowledge(first[0]!);
    const second = await take(other);
    assertEquals(payloads(second), ["a2"]);
    // one that waits for its next attempt holds up those behind it
    await other.giveBack(second[0]!, LONG, ERROR);
    assertEquals(await take(store), []);
    await store.acknowledge(first[1]!);
    assertEquals(payloads(await take(store)), ["b3"]);
  }),

  "engines that take at once never get the same": each(async ({ store, other }) => {
    const count = 300;
    await Promise.all(Array.from({ length: count }, (_, at) => push(at % 2 === 0 ? store : other, at)));
    const taken: Value[] = [];
    const drain = async (from: DatabaseQueue) => {
      for (;;) {
        const some = await take(from, 7);
        if (some.length === 0) return;
        taken.push(...payloads(some));
        await Promise.all(some.map((one) => from.acknowledge(one)));
      }
    };
    await Promise.all([drain(store), drain(other), drain(store)]);
    assertEquals((taken as number[]).sort((a, b) => a - b), Array.from({ length: count }, (_, at) => at));
  }),

  "no more is taken at once than fits into memory": each(async ({ store }) => {
    for (let at = 0; at < 5; at++) await push(store, new Uint8Array(7 * 2 ** 20));
    assertEquals((await take(store)).length, 3);
    assertEquals((await take(store)).length, 2);
  }),

  "a message with a delay comes after it": each(async ({ store }) => {
    await push(store, "late", { delay: 300 });
    await push(store, "now");
    assertEquals(payloads(await take(store)), ["now"]);
    await until("it is due", async () => payloads(await take(store)).includes("late"));
  }),

  "a message of a transaction is there when it commits, and never after a rollback": each(
    async ({ store, other, backend }) => {
      const message = { queue: "q", key: null, name: null, delay: 0, keep: LONG };
      const lost = await backend.engines[0].begin();
      await store.pushIn(lost, { ...message, payload: encodeValue("lost") });
      await lost.rollback();
      const transaction = await backend.engines[0].begin();
      await store.pushIn(transaction, { ...message, payload: encodeValue("kept") });
      const named = { ...message, name: "n", payload: encodeValue("named") };
      assertEquals((await store.pushIn(transaction, named)).isDuplicate, false);
      assertEquals((await store.pushIn(transaction, named)).isDuplicate, true);
      if (backend.type === "postgres") assertEquals(await take(other), []);
      await transaction.commit();
      assertEquals(payloads(await take(other)), ["kept", "named"]);
    },
  ),

  "a workflow works on what another pushes": eachBackend(async (backend) => {
    const { kind, got } = worker();
    await using workflow = await start(specs(backend, { push: {} }, { envelope: true }), [kind]);
    const answer = await workflow.send("push.in", { at: new Date(0), n: 1n }) as ValueMap;
    assertEquals(answer.duplicate, false);
    await until("it is worked on", () => got.length === 1);
    const message = got[0] as ValueMap;
    assertEquals({ ...message, pushed: 0 }, {
      id: answer.id!,
      payload: { at: new Date(0), n: 1n },
      key: null,
      unique: null,
      attempt: 1,
      pushed: 0,
      error: null,
    });
    assert(message.pushed instanceof Date);
    await until("it is done", () => workflow.metricsOf("consume").done === 1);
    await backend.engines[0].query(`SELECT 1 FROM ${backend.table()}`).then(({ rows }) => assertEquals(rows, []));
  }),

  "a message that fails comes back, and after its last attempt it is a dead letter with the error": eachBackend(
    async (backend) => {
      const { kind, got } = worker((payload) => payload === "bad" ? failure("no good", { code: "invalid" }) : null);
      const retry = { attempts: 3, delay: 1 };
      await using workflow = await start(specs(backend, { push: {} }, { retry }), [kind]);
      await workflow.send("push.in", "bad");
      await workflow.send("push.in", "good");
      await until("it is dead", () => workflow.metricsOf("consume").dead === 1);
      assertEquals(got.filter((one) => one === "bad").length, 3);
      assertEquals(workflow.metricsOf("consume").retried, 2);
      const store = await DatabaseQueue.open(backend.engines[0], backend.table());
      const [dead] = await take(store, 1, SHORT, "q.dead");
      assertEquals([dead!.payload, dead!.error], ["bad", { message: "no good", code: "invalid" }]);
      await store.close();
    },
  ),

  "a message that ended its engine at each attempt is a dead letter": eachBackend(async (backend) => {
    const store = await DatabaseQueue.open(backend.engines[0], backend.table());
    await push(store, "poison");
    for (let attempt = 1; attempt <= 2; attempt++) {
      await until(
        "it is taken, and nobody says what became of it",
        async () => (await take(store, 1, SHORT)).length === 1,
      );
    }
    const { kind, got } = worker();
    await using workflow = await start(specs(backend, { push: {} }, { retry: 2 }), [kind]);
    await until("it is dead", () => workflow.metricsOf("consume").dead === 1);
    assertEquals(got, []);
    const [dead] = await take(store, 1, SHORT, "q.dead");
    assertEquals((dead!.error as ValueMap).code, "executor_lost");
    await store.close();
  }),

  "a batch is one process, and all of it is done or none": eachBackend(async (backend) => {
    let isBad = true;
    const { kind, got } = worker((list) => {
      const bad = isBad && (list as Value[]).includes(3);
      isBad &&= !bad;
      return bad ? failure("no") : null;
    });
    const all = specs(backend, { push: {} }, { batch: 4, retry: { attempts: 2, delay: 0 } });
    await using workflow = await start(all.filter(({ name }) => name !== "consume"), [kind]);
    for (let at = 0; at < 8; at++) await workflow.send("push.in", at);
    await workflow.apply(all.filter(({ name }) => name === "consume"));
    await until("all are done", () => workflow.metricsOf("consume").done === 8);
    assertEquals(got, [[0, 1, 2, 3], [4, 5, 6, 7], [0, 1, 2, 3]]);
  }),

  "work that takes longer than the visibility is not done twice": eachBackend(async (backend) => {
    const { kind, got } = worker(() => new Promise((resolve) => setTimeout(() => resolve(null), 2_500)));
    await using workflow = await start(specs(backend, { push: {} }, { visibility: 1_000, concurrency: 2 }), [kind]);
    await workflow.send("push.in", 1);
    await until("it is done", () => workflow.metricsOf("consume").done === 1);
    assertEquals(got, [1]);
    assertEquals(workflow.metricsOf("consume").taken, 1);
  }),

  "a change of the spec loses no message and works on none twice": eachBackend(async (backend) => {
    const { kind, got } = worker(() => new Promise((resolve) => setTimeout(() => resolve(null), 5)));
    const consume = { concurrency: 4, maxInFlight: 20 };
    await using workflow = await start(specs(backend, { push: {} }, consume), [kind]);
    const count = 60;
    for (let at = 0; at < count; at++) {
      await workflow.send("push.in", at);
      if (at % 20 === 10) await workflow.apply(specs(backend, {}, { ...consume, timeout: 10_000 + at }).slice(2));
    }
    await until("all are worked on", () => got.length >= count);
    assertEquals((got as number[]).sort((a, b) => a - b), Array.from({ length: count }, (_, at) => at));
  }),

  "a push joins the transaction of its process": eachBackend(async (backend) => {
    const { kind, got } = worker();
    const table = `${backend.table()}_orders`;
    await backend.engines[0].query(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY)`);
    const insert = { kind: "sql", connection: "db", text: `INSERT INTO ${table} (id) VALUES (:id) RETURNING id` };
    const link = (name: string) => ({ links: { out: [{ name, port: "in" }] } });
    await using workflow = await start([
      ...specs(backend, {
        push: link("end"),
        own: { transaction: true, ...link("end") },
        never: { transaction: false },
      }, {}),
      { ...insert, name: "insert", ...link("push") },
      { kind: "snippet", name: "end", language: "cel", code: "self" },
      { ...insert, name: "then_fail", links: { out: [{ name: "push_then_fail", port: "in" }] } },
      { ...specs(backend, { push_then_fail: {} })[2]!, links: { out: [{ name: "fail", port: "in" }] } },
      { kind: "throw", name: "fail" },
    ] as never, [kind]);
    const failed = await workflow.send("then_fail.in", { id: 1 });
    assert(isError(failed), JSON.stringify(failed));
    assertEquals((await backend.engines[0].query(`SELECT id FROM ${table}`)).rows, []);
    const pushed = await workflow.send("insert.in", { id: 2 }) as ValueMap;
    assertEquals(pushed.duplicate, false);
    await until("it is worked on", () => got.length === 1);
    assertEquals(got, [[{ id: 2 }]]);
    await workflow.send("own.in", "own");
    await workflow.send("never.in", "never");
    await until("all are worked on", () => got.length === 3);
  }),

  "keys and names that are no text are errors, and nothing is pushed": eachBackend(async (backend) => {
    const { kind } = worker();
    await using workflow = await start(specs(backend, { push: { key: "self.key", unique: "self.name" } }), [kind]);
    for (const payload of [{ key: 1, name: "a" }, { key: "a", name: null }, { key: "", name: "a" }, null]) {
      const error = await workflow.send("push.in", payload);
      assert(isError(error), JSON.stringify(payload));
    }
    const first = await workflow.send("push.in", { key: "k", name: "n" }) as ValueMap;
    const again = await workflow.send("push.in", { key: "k", name: "n" }) as ValueMap;
    assertEquals(again, { id: first.id!, duplicate: true });
  }),
});

Deno.test("an error that is stored comes back", () => {
  const back = decodeValue(encodeValue(failure("no", { code: "busy" }))) as Failure;
  assertEquals([back.message, back.code], ["no", "busy"]);
});
