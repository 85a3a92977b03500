import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  type Answer,
  type Call,
  defineKind,
  failure,
  type Handler,
  type HostContext,
  isError,
  type Kind,
} from "@weft/weft/kind";
import { z } from "zod";
import { KINDS } from "../../src/kinds/mod.ts";
import { type EffectCall, type Interceptor, schemeOf } from "../../src/runtime/mod.ts";
import { World, type WorldOptions } from "./world.ts";

// What the contexts of host kinds offer, on the real engine.

type Host = HostContext<Record<string, never>, "out" | "error">;

/** A kind of the host without fields; `prepare` gets its context. */
function action(name: string, prepare: (context: Host) => Handler, effect: "none" | "once" = "once"): Kind {
  return defineKind({
    name,
    summary: "Does what the test says.",
    place: "host",
    effect,
    fields: z.object({}),
    ports: { in: ["in"], out: ["out", "error"] },
    prepare: (context) => ({ in: prepare(context) }),
  });
}

/** A source whose context the test uses itself. */
class Probe {
  context!: Host;
  readonly kind: Kind = defineKind({
    name: "probe",
    summary: "Runs what the test says.",
    place: "host",
    fields: z.object({}),
    ports: { in: [], out: ["out", "error"] },
    env: ["GRANTED", "UNKNOWN"],
    prepare: (context) => {
      this.context = context;
      return {};
    },
  });
}

async function start(kinds: readonly Kind[], specs: object[], options: WorldOptions = {}): Promise<World> {
  const scheme = schemeOf(undefined, [...KINDS, ...kinds]);
  return await World.start(JSON.stringify(specs), { scheme, ...options });
}

/** A probe linked to a node of a kind called `action`. */
const PROBED = [
  { kind: "probe", name: "probe", links: { out: [{ name: "action", port: "in" }] } },
  { kind: "action", name: "action" },
];

/** A listener linked to a node of a kind called `action`. */
const SERVED = [
  { kind: "listener", name: "web", port: 0, links: { out: [{ name: "action", port: "in" }] } },
  { kind: "action", name: "action" },
];

function message(answer: Answer): string {
  assert(isError(answer), String(answer));
  return answer.message;
}

Deno.test("run returns the answer of the workflow", async () => {
  const probe = new Probe();
  await using _ = await start([probe.kind, action("action", () => (payload) => `${payload}!`)], PROBED);
  assertEquals(await probe.context.run("out", "hello"), "hello!");
});

Deno.test("run returns and logs an error", async () => {
  const probe = new Probe();
  await using world = await start([probe.kind, action("action", () => () => failure("boom"))], PROBED);
  assertEquals(message(await probe.context.run("out", 1)), "boom");
  assertMatch(await world.logged(/boom/), / error \[[0-9a-f-]{36}\] .*action/);
});

Deno.test("run is busy when too many processes are open", async () => {
  const probe = new Probe();
  await using world = await start([probe.kind, action("action", () => (payload) => payload)], PROBED);
  const { processes } = world.runtime;
  const opened = [];
  for (let process = processes.open(); process !== undefined; process = processes.open()) opened.push(process);
  const answer = await probe.context.run("out", 1);
  assertEquals((answer as { code?: string }).code, "busy");
  processes.close(failure("the test is over"));
  assert(opened.length > 0);
});

Deno.test("run ends at its timeout and by its signal", async () => {
  const probe = new Probe();
  const aborted: unknown[] = [];
  const never = action(
    "action",
    () => (_, call) =>
      new Promise((resolve) =>
        call.signal.addEventListener("abort", () => {
          aborted.push(call.signal.reason);
          resolve(null);
        })
      ),
  );
  await using _ = await start([probe.kind, never], PROBED);
  assertEquals(message(await probe.context.run("out", 1, { timeout: 50 })), "the process took too long");
  const controller = new AbortController();
  const running = probe.context.run("out", 1, { signal: controller.signal });
  controller.abort(failure("no longer wanted"));
  assertEquals(message(await running), "no longer wanted");
  assertEquals(message(await probe.context.run("out", 1, { signal: controller.signal })), "no longer wanted");
  assertEquals(aborted.length, 2);
});

Deno.test("run returns the error of an exit hook", async () => {
  const probe = new Probe();
  const hooked = action("action", () => (payload, call) => {
    call.process.onExit(() => Promise.reject(failure("hook failed")));
    return payload;
  });
  await using world = await start([probe.kind, hooked], PROBED);
  assertEquals(message(await probe.context.run("out", 1)), "hook failed");
  await world.logged(/hook failed/);
});

/** A kind with a resource, whose life is written down. */
function holder(life: string[], open: () => string = () => "resource"): Kind {
  return defineKind({
    name: "action",
    summary: "Holds a resource.",
    place: "host",
    fields: z.object({ text: z.string().default("").describe("What makes two specs different.") }),
    ports: { in: ["in"], out: ["out", "error"] },
    async prepare({ use, fields }) {
      const resource = await use("key", () => {
        life.push("open");
        return open();
      }, () => {
        life.push("close");
      });
      return { in: () => `${resource} ${fields.text}` };
    },
  });
}

Deno.test("use keeps a resource across a reload and closes it after the last release", async () => {
  const life: string[] = [];
  await using world = await start([holder(life)], SERVED);
  await world.apply(JSON.stringify([SERVED[0], { ...SERVED[1], text: "changed" }]));
  assertEquals((await world.fetch("/")).text, "resource changed");
  assertEquals(life, ["open"]);
  await world.runtime.loader.close();
  assertEquals(life, ["open", "close"]);
});

Deno.test("use tries again after an open that failed", async () => {
  const life: string[] = [];
  let fails = true;
  const kind = holder(life, () => {
    if (fails) throw failure("cannot be opened");
    return "opened";
  });
  await using world = await start([kind], []);
  const error = await assertRejects(() => world.apply(JSON.stringify(SERVED)), Error);
  assertMatch(messages(error).join(": "), /cannot be opened/);
  fails = false;
  await world.apply(JSON.stringify(SERVED));
  assertEquals((await world.fetch("/")).text, "opened ");
  assertEquals(life, ["open", "open"]);
});

/** A kind that works in a transaction and answers with `answer`. */
function transactional(life: string[], answer: Handler, commit: () => Promise<void> = () => Promise.resolve()): Kind {
  return action("action", ({ transaction }) => async (payload, call) => {
    await transaction(call, "db", () => {
      life.push("begin");
      return {
        commit: async () => {
          await new Promise((resolve) => setTimeout(resolve, 30));
          await commit();
          life.push("commit");
        },
        rollback: (error) => void life.push(`rollback: ${error.message}`),
      };
    });
    return await answer(payload, call);
  });
}

Deno.test("a transaction is committed before the client has its answer", async () => {
  const life: string[] = [];
  await using world = await start([transactional(life, () => "done")], SERVED);
  const { status, text } = await world.fetch("/");
  assertEquals([status, text, life], [200, "done", ["begin", "commit"]]);
});

Deno.test("a transaction is rolled back on an error and on a status from 400", async () => {
  for (
    const [answer, status, reason] of [
      [() => failure("boom"), 500, "boom"],
      [() => ({ status: 409, body: "taken" }), 409, "answered 409"],
    ] as const
  ) {
    const life: string[] = [];
    await using world = await start([transactional(life, answer)], SERVED);
    assertEquals((await world.fetch("/")).status, status);
    assertEquals(life, ["begin", `rollback: ${reason}`]);
  }
});

Deno.test("a commit that fails is a 500", async () => {
  const life: string[] = [];
  const kind = transactional(life, () => "done", () => Promise.reject(failure("disk full")));
  await using world = await start([kind], SERVED);
  assertEquals((await world.fetch("/")).status, 500);
  assertEquals(life, ["begin"]);
  await world.logged(/disk full/);
});

Deno.test("a process has one transaction", async () => {
  const begun: string[] = [];
  const kind = action("action", ({ transaction }) => async (payload, call) => {
    const on = (key: string) =>
      transaction(call, key, () => {
        begun.push(key);
        return { commit() {}, rollback() {} };
      });
    assert(await on("one") === await on("one"));
    await assertRejects(() => on("two"), Error, "has a transaction on one already");
    return payload;
  });
  const probe = new Probe();
  await using _ = await start([probe.kind, kind], PROBED);
  assertEquals(await probe.context.run("out", 1), 1);
  assertEquals(begun, ["one"]);
});

Deno.test("concurrency lets calls of one process overlap; their answers stay in order", async () => {
  let underWay = 0;
  let most = 0;
  const each = defineKind({
    name: "each",
    summary: "Sends each item of a list.",
    place: "host",
    effect: "none",
    fields: z.object({}),
    ports: { in: ["in"], out: ["out", "error"] },
    prepare: ({ ports }) => ({
      in: {
        receive: (call) => call.sendAll((call.payload as number[]).map((payload) => ({ port: ports.out, payload }))),
      },
    }),
  });
  const slow = (concurrency: number) =>
    defineKind({
      name: "action",
      summary: "Takes a while, the first items the longest.",
      place: "host",
      fields: z.object({}),
      ports: { in: ["in"], out: ["out", "error"] },
      prepare: ({ clock }) => ({
        concurrency,
        in: async (payload) => {
          most = Math.max(most, ++underWay);
          await clock.sleep(50 - 5 * (payload as number));
          underWay--;
          return payload;
        },
      }),
    });
  for (const concurrency of [1, 2, 5]) {
    most = 0;
    const probe = new Probe();
    await using _ = await start([probe.kind, each, slow(concurrency)], [
      { kind: "probe", name: "probe", links: { out: [{ name: "each", port: "in" }] } },
      { kind: "each", name: "each", links: { out: [{ name: "action", port: "in" }] } },
      { kind: "action", name: "action" },
    ]);
    assertEquals(await probe.context.run("out", [0, 1, 2, 3, 4]), [0, 1, 2, 3, 4]);
    assertEquals(most, concurrency);
  }
});

Deno.test("env has the variables that are named and granted", async () => {
  const probe = new Probe();
  await using _ = await start([probe.kind], [{ kind: "probe", name: "probe" }], {
    env: { GRANTED: "yes", OTHER: "no" },
  });
  assertEquals({ ...probe.context.env }, { GRANTED: "yes" });
});

Deno.test("log lines carry the id of the process", async () => {
  const probe = new Probe();
  const kind = action("action", ({ log }) => (payload, call) => {
    log.info("seen", call);
    log.info("unseen");
    return payload;
  });
  await using world = await start([probe.kind, kind], PROBED);
  await probe.context.run("out", 1);
  assertMatch(await world.logged(/ seen$/), / info {2}\[[0-9a-f-]{36}\] action: seen$/);
  assertMatch(await world.logged(/unseen/), / info {2}action: unseen$/);
});

Deno.test("clock.sleep ends by its signal; random.uuid is of version 4", async () => {
  const probe = new Probe();
  await using _ = await start([probe.kind], [{ kind: "probe", name: "probe" }]);
  const { clock, random } = probe.context;
  await assertRejects(() => clock.sleep(60_000, AbortSignal.abort(failure("stopped"))), Error, "stopped");
  const controller = new AbortController();
  const sleeping = clock.sleep(60_000, controller.signal);
  controller.abort(failure("woken"));
  await assertRejects(() => sleeping, Error, "woken");
  assertMatch(random.uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

Deno.test("metrics are kept for each node", async () => {
  const probe = new Probe();
  const kind = action("action", ({ metrics }) => (payload) => {
    metrics.count("orders");
    metrics.observe("wait_seconds", 0.25);
    return payload;
  });
  await using world = await start([probe.kind, kind], PROBED);
  await probe.context.run("out", 1);
  await probe.context.run("out", 1);
  assertEquals([...world.runtime.metrics.series], [
    { name: "orders", node: "action", type: "counter", count: 2, sum: 2 },
    { name: "wait_seconds", node: "action", type: "histogram", count: 2, sum: 0.5 },
  ]);
});

Deno.test("nodes are unloaded in the reverse order of their load, then released, on delete too", async () => {
  const life: string[] = [];
  const kind = defineKind({
    name: "action",
    summary: "Writes down its life.",
    place: "host",
    fields: z.object({}),
    ports: { in: ["in"], out: ["out", "error"] },
    prepare: ({ name }) => ({
      in: (payload) => payload,
      load: () => void life.push(`load ${name}`),
      retire: () => {
        life.push(`retire ${name}`);
        // which stops nothing
        throw new Error("no");
      },
      unload: async () => {
        life.push(`unload ${name}`);
        await new Promise((resolve) => setTimeout(resolve, 30));
        life.push(`unloaded ${name}`);
      },
      release: () => void life.push(`release ${name}`),
    }),
  });
  await using world = await start([kind], [
    { kind: "action", name: "first", links: { out: [{ name: "second", port: "in" }] } },
    { kind: "action", name: "second" },
  ]);
  const { registry } = world.runtime;
  await registry.apply(registry.entries().map(({ id }) => ({ kind: "delete", id }) as never));
  await new Promise((resolve) => setTimeout(resolve, 100));
  assertEquals(life.filter((line) => !line.startsWith("release")), [
    "load second",
    "load first",
    "retire first",
    "retire second",
    "unload first",
    "unloaded first",
    "unload second",
    "unloaded second",
  ]);
  await world.logged(/second failed to retire/);
  for (const name of ["first", "second"]) {
    const released = life.indexOf(`release ${name}`);
    assert(released > life.indexOf(`unloaded ${name}`), life.join("\n"));
    assertEquals(life.lastIndexOf(`release ${name}`), released);
  }
});

Deno.test("a raw handler with an effect is rejected", async () => {
  const raw = (effect: "none" | "once") =>
    defineKind({
      name: "action",
      summary: "Answers for itself.",
      place: "host",
      effect,
      fields: z.object({}),
      ports: { in: ["in"], out: ["out", "error"] },
      prepare: () => ({ in: { receive: (call: Call) => call.payload } }),
    });
  const error = await assertRejects(() => start([raw("once")], SERVED), Error);
  assertMatch(messages(error).join(": "), /invalid handler of port "in" of kind "action": expected a function/);
  await using _ = await start([raw("none")], SERVED);
});

/** Returns the messages of an error and its causes. */
function messages(error: unknown): string[] {
  return error instanceof Error ? [error.message, ...messages(error.cause)] : [];
}

/** Runs a payload through `action` behind interceptors. */
async function gated(handler: Handler, interceptors: readonly Interceptor[]): Promise<Answer> {
  const probe = new Probe();
  await using _ = await start([probe.kind, action("action", () => handler)], PROBED, {
    interceptors: () => interceptors,
  });
  return await probe.context.run("out", "payload");
}

Deno.test("interceptors stand around a handler, the first outermost", async () => {
  const order: string[] = [];
  const named = (name: string): Interceptor => async ({ payload }, next) => {
    order.push(`${name} got ${payload}`);
    const outcome = await next(`${payload}+${name}`);
    order.push(`${name} saw ${String(outcome.payload)}`);
    return outcome;
  };
  assertEquals(await gated((payload) => `${payload}!`, [named("a"), named("b")]), "payload+a+b!");
  assertEquals(order, ["a got payload", "b got payload+a", "b saw payload+a+b!", "a saw payload+a+b!"]);
});

Deno.test("an interceptor may answer itself, fail, or call the handler twice", async () => {
  let calls = 0;
  const handler: Handler = () => ++calls === 1 ? failure("once more") : `call ${calls}`;
  assertEquals(await gated(handler, [() => ({ port: "out", payload: "mocked" })]), "mocked");
  assertEquals(calls, 0);
  const thrower: Interceptor = () => {
    throw failure("not allowed");
  };
  assertEquals(message(await gated(handler, [thrower])), "not allowed");
  assertEquals(calls, 0);
  const retry: Interceptor = async ({ payload }, next) => {
    const outcome = await next(payload);
    return isError(outcome.payload) ? await next(payload) : outcome;
  };
  assertEquals(await gated(handler, [retry]), "call 2");
});

Deno.test("a gate knows address and effect of calls from the host and from executors", async () => {
  const seen: Pick<EffectCall, "node" | "kind" | "port" | "effect" | "address">[] = [];
  const watch: Interceptor = (call, next) => {
    const { node, kind, port, effect, address } = call;
    seen.push({ node, kind, port, effect, address });
    return next(call.payload);
  };
  const probe = new Probe();
  const kinds = [probe.kind, action("action", () => (payload) => payload)];
  await using world = await start(kinds, PROBED, { interceptors: () => [watch] });
  await probe.context.run("out", 1);
  await world.apply(JSON.stringify([
    { ...PROBED[0], links: { out: [{ name: "pass", port: "in" }] } },
    {
      kind: "snippet",
      name: "pass",
      language: "javascript",
      code: "export default (n) => n",
      links: { out: [{ name: "action", port: "in" }] },
    },
    PROBED[1],
  ]));
  await probe.context.run("out", 1);
  const call = { node: "action", kind: "action", port: "in", effect: "once" as const };
  assertEquals(seen, [{ ...call, address: "0" }, { ...call, address: "0.1:0" }]);
});
