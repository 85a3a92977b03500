import { assert, assertEquals, assertRejects } from "@std/assert";
import { defineKind, type Kind } from "@weft/weft/kind";
import { NONE, sequence, startNode, TestClock } from "@weft/weft/testing";
import { z } from "zod";

const lives: string[] = [];

const ticker: Kind = defineKind({
  name: "ticker",
  summary: "Sends a number again and again.",
  place: "host",
  fields: z.object({ every: z.number().int().positive().describe("Milliseconds.") }),
  ports: { in: [], out: ["out"] },
  async prepare({ fields, clock, run, use, log, metrics }) {
    lives.push("prepare");
    await use("bell", () => void lives.push("open"), () => void lives.push("close"));
    const stop = new AbortController();
    return {
      async load() {
        lives.push("load");
        void (async () => {
          for (let n = 1;; n++) {
            await clock.sleep(fields.every, stop.signal);
            const answer = await run("out", n);
            metrics.count("ticks");
            log.info(`answered ${String(answer)}`);
          }
        })().catch(() => {});
        await Promise.resolve();
      },
      unload: () => {
        lives.push("unload");
        stop.abort();
      },
      release: () => void lives.push("release"),
    };
  },
});

Deno.test("a source lives as in the engine, on a clock that the test moves", async () => {
  lives.length = 0;
  {
    await using node = await startNode(ticker, { every: 60_000 }, { answers: { out: sequence("a", "b") } });
    assertEquals(node.sent, []);
    await node.clock.advance(130_000);
    assertEquals(node.sent, [{ port: "out", payload: 1 }, { port: "out", payload: 2 }]);
    assertEquals(node.log.map(({ level, message }) => [level, message]), [["info", "answered a"], [
      "info",
      "answered b",
    ]]);
    assertEquals(node.metrics.ticks, 2);
    await node.delete();
    await node.clock.advance(130_000);
    assertEquals(node.sent.length, 2);
  }
  assertEquals(lives, ["prepare", "open", "load", "unload", "release", "close"]);
});

const till: Kind = defineKind({
  name: "till",
  summary: "Keeps what is paid in a transaction.",
  place: "host",
  effect: "transactional",
  env: ["CURRENCY"],
  fields: z.object({}),
  ports: { in: ["in"], out: ["out", "error"] },
  prepare: ({ transaction, env, random, clock }) => ({
    async in(payload, call) {
      await transaction(call, "till", () => ({
        commit: () => void lives.push("commit"),
        rollback: ({ message }) => void lives.push(`rollback: ${message}`),
      }));
      if (payload === null) throw new Error("nothing to pay");
      return [payload, env.CURRENCY ?? "", random.uuid(), clock.now()];
    },
  }),
});

Deno.test("a host kind has transactions, variables, seeded random values and the time of the test", async () => {
  lives.length = 0;
  const clock = new TestClock({ now: 5 });
  const pay = async (seed?: number) => {
    await using node = await startNode(till, {}, { env: { CURRENCY: "EUR", OTHER: "no" }, clock, seed });
    return await node.send(1);
  };
  const [first, again, other] = [await pay(), await pay(), await pay(2)];
  assertEquals(first, again);
  assertEquals((first as string[])[2] === (other as string[])[2], false);
  assertEquals([(first as string[])[1], (first as unknown[])[3]], ["EUR", 5]);
  await using node = await startNode(till);
  const error = await node.send(null);
  assert(error instanceof Error);
  assertEquals(node.sent, [{ port: "error", payload: error }]);
  assertEquals(lives, ["commit", "commit", "commit", "rollback: nothing to pay"]);
});

const coded: Kind = defineKind({
  name: "coded",
  summary: "Runs a condition, then a piece of code in a child process, later.",
  fields: z.object({ when: z.string().describe("When."), code: z.string().describe("What.") }),
  ports: { in: ["in"], out: ["out[]", "error"] },
  prepare({ fields: { when, code }, ports, condition, compile, fork, clock, log }) {
    const holds = condition({ code: when, at: ["when"] });
    const program = compile({ language: "javascript", code, at: ["code"] });
    return {
      async in(payload, call) {
        if (holds.call(call, payload) !== true) return NONE;
        log.info("sleeps", call);
        await clock.sleep(1_000, call.signal);
        const child = fork(call);
        const answer = await child.send(ports.out.at(1), await program.call(call, payload));
        child.close();
        return answer ?? NONE;
      },
    };
  },
});

Deno.test("an executor kind has compile, condition, fork and the clock of the test", async () => {
  const clock = new TestClock({ skip: true });
  const before = clock.now();
  await using node = await startNode(coded, { when: "self > 1", code: "export default (n) => n * 2" }, {
    clock,
    answers: { "out[1]": (payload) => [payload] },
  });
  assertEquals(await node.send(1), NONE);
  assertEquals(clock.now() - before, 0);
  assertEquals(await node.send(2), [4]);
  assertEquals(clock.now() - before, 1_000);
  assertEquals(node.sent, [{ port: "out[1]", payload: 4 }]);
  assertEquals(node.log.map(({ message }) => message), ["sleeps"]);
});

Deno.test("a node that cannot be checked or prepared does not start", async () => {
  await assertRejects(() => startNode(ticker, { every: 0 }), Error, "node: ");
  await assertRejects(() => startNode(ticker, { evry: 1 }), Error, 'did you mean "every"?');
  await assertRejects(() => startNode(coded, { when: "(", code: "1" }), Error);
});

Deno.test("a process ends at its time limit", async () => {
  await using node = await startNode(coded, { when: "true", code: "export default () => 1" });
  const answer = await node.send(1, "in", { timeout: 1 });
  assert(answer instanceof Error);
  assertEquals(answer.message, "the process took too long");
});
