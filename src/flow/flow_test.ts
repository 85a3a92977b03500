import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import vm from "node:vm";
import { constant, later, link, Network, pass, thrower } from "../../tests/flow/network.ts";
import { type Failure, failure, NONE, type Value } from "../value/mod.ts";
import { MAX_OPEN, type Outcome, type Packet } from "./mod.ts";

Deno.test("a node that answers", async () => {
  const net = new Network();
  assertEquals(await net.run(net.node("a", (packet) => (packet.payload as number) + 1), 1), 2);
});

Deno.test("an out port that is linked to nothing gives the result back", async () => {
  const net = new Network();
  assertEquals(await net.run(net.node("a", pass), "x"), "x");
});

Deno.test("answers flow back link by link", async () => {
  const net = new Network();
  const [a, b, c] = [net.node("a", pass), net.node("b", pass), net.node("c", constant("end"))];
  link(a, "out", b);
  link(b, "out", c);
  assertEquals(await net.run(a, 1), "end");
});

for (
  const [name, answers, want] of [
    ["none is dropped", [NONE, 1, NONE], 1],
    ["several are a list, in link order", [1, null, [2]], [1, null, [2]]],
    ["nothing but none is none", [NONE, NONE], NONE],
  ] as const
) {
  Deno.test(`several links: ${name}`, async () => {
    const net = new Network();
    const a = net.node("a", pass);
    link(a, "out", ...answers.map((answer, i) => net.node(`n${i}`, constant(answer as Value))));
    assertEquals(await net.run(a, 0), want);
  });
}

Deno.test("several links: answers keep link order however late they come", async () => {
  const net = new Network();
  const a = net.node("a", pass);
  link(a, "out", net.node("slow", later(20)), net.node("fast", constant("fast")));
  assertEquals(await net.run(a, "slow"), ["slow", "fast"]);
});

Deno.test("several links: an error wins, several are joined by newline", async () => {
  const net = new Network();
  const a = net.node("a", pass);
  link(a, "out", net.node("e", constant(failure("one"))), net.node("v", constant(1)), net.node("f", thrower));
  const answer = await net.run(a, 0);
  assert(answer instanceof AggregateError);
  assertEquals(answer.message, "one\nboom");
  assertEquals(answer.errors.length, 2);
});

Deno.test("what a handler throws goes to its error port, or back", async () => {
  const net = new Network();
  const back = await net.run(net.node("a", thrower), 0);
  assert(back instanceof Error);
  assertEquals(back.message, "boom");
  const b = net.node("b", thrower);
  link(b, "error", net.node("catch", (packet) => `caught ${(packet.payload as Error).message}`));
  assertEquals(await net.run(b, 0), "caught boom");
});

Deno.test("an error says by which way its packet came", async () => {
  const net = new Network();
  const [a, b, c] = [net.node("a", pass), net.node("b", pass), net.node("c", thrower)];
  link(a, "out", b);
  link(b, "out", c);
  const answer = await net.run(a, 0) as Failure;
  assertEquals(answer.path, ["a.out", "b.out", "c"]);
});

Deno.test("a continuation gets the merged answer and may send on", async () => {
  const net = new Network();
  const a = net.node(
    "a",
    (packet, self) =>
      packet.send(
        self.out("try"),
        packet.payload,
        (again, answer) => again.send(self.out("then"), `${String(answer)}!`),
      ),
  );
  link(a, "try", net.node("b", constant("x")));
  link(a, "then", net.node("c", (packet) => `<${packet.payload}>`));
  assertEquals(await net.run(a, 0), "<x!>");
});

Deno.test("sendAll keeps the order of the sendings; an unlinked one answers itself", async () => {
  const net = new Network();
  const a = net.node("a", (packet, self) =>
    packet.sendAll(
      ["p", "q", "r"].map((port) => ({ port: self.out(port), payload: port })),
      (all) => [...all.answers as Value[]],
    ));
  link(a, "p", net.node("slow", later(10)));
  link(a, "r", net.node("x", constant("X")), net.node("y", constant("Y")));
  assertEquals(await net.run(a, 0), ["p", "q", ["X", "Y"]]);
});

Deno.test("sendAll of nothing answers at once", async () => {
  const net = new Network();
  const a = net.node("a", (packet) => packet.sendAll([], (all) => [...all.answers as Value[]]));
  assertEquals(await net.run(a, 0), []);
  assertEquals(await net.run(net.node("b", (packet) => packet.sendAll([])), 0), NONE);
});

Deno.test("a reader takes its packets one after another and answers in order", async () => {
  const net = new Network();
  const log: string[] = [];
  const node = net.node("a", async (packet) => {
    const payload = packet.payload as number;
    log.push(`take ${payload}`);
    await new Promise((resolve) => setTimeout(resolve, 12 - 4 * payload));
    log.push(`done ${payload}`);
    return payload;
  });
  const process = net.open();
  const answers: unknown[] = [];
  await Promise.all([0, 1, 2].map(async (i) => answers.push(await net.ask(process, node, i))));
  net.flow.close(process);
  assertEquals(log, ["take 0", "done 0", "take 1", "done 1", "take 2", "done 2"]);
  assertEquals(answers, [0, 1, 2]);
});

Deno.test("an answer waits for those of earlier packets of the same reader", async () => {
  const net = new Network();
  const a = net.node("a", (packet, self) => packet.send(self.out(packet.payload as string), packet.payload));
  link(a, "slow", net.node("s", later(15)));
  const process = net.open();
  const order: unknown[] = [];
  await Promise.all(["slow", "fast", "slow2"].map(async (x) => order.push(await net.ask(process, a, x))));
  net.flow.close(process);
  assertEquals(order, ["slow", "fast", "slow2"]);
});

Deno.test("different processes run beside one another", async () => {
  const net = new Network();
  const node = net.node("a", (packet) => later(packet.payload as number)(packet, node));
  const order: unknown[] = [];
  await Promise.all([20, 1].map(async (ms) => order.push(await net.run(node, ms))));
  assertEquals(order, [1, 20]);
});

Deno.test("a cycle of links that ends by itself is answered", async () => {
  const net = new Network();
  const a = net.node("a", (packet, self) => {
    const n = packet.payload as number;
    return n === 0 ? "bottom" : packet.send(self.out("out"), n - 1);
  });
  link(a, "out", a);
  assertEquals(await net.run(a, 900), "bottom");
});

Deno.test("a cycle without end fails its process and names the cycle", async () => {
  const net = new Network();
  const [a, b] = [net.node("a", pass), net.node("b", pass)];
  link(a, "out", b);
  link(b, "out", a);
  const answer = await net.run(a, 0) as Failure;
  assertEquals(answer.message, "loop: b > a > b");
  assertEquals(answer.code, "loop");
  assertEquals(await net.run(net.node("c", pass), "fine"), "fine");
});

Deno.test("packets that multiply without end fail their process", async () => {
  const net = new Network();
  const a = net.node("a", pass);
  link(a, "out", a, a, a);
  const answer = await net.run(a, 0) as Failure;
  assertStringIncludes(answer.message, `more than ${MAX_OPEN} unanswered packets`);
});

Deno.test("a deep chain costs no stack", async () => {
  const net = new Network();
  const nodes = Array.from({ length: 900 }, (_, i) => net.node(`n${i}`, pass));
  for (let i = 0; i + 1 < nodes.length; i++) link(nodes[i]!, "out", nodes[i + 1]!);
  assertEquals(await net.run(nodes[0]!, "deep"), "deep");
});

Deno.test("a process ends when everything is answered and its opener is done", async () => {
  const net = new Network();
  const process = net.open();
  const answer = net.ask(process, net.node("a", later(5)), 1);
  net.flow.close(process);
  assertEquals(process.status, "running");
  await answer;
  assertEquals(process.status, "ended");
});

Deno.test("idle is told when only the opener holds a process", async () => {
  const net = new Network();
  const process = net.open();
  await net.ask(process, net.node("a", later(1)), 1);
  await Promise.resolve();
  assertEquals(net.idle, [process.number]);
  net.flow.close(process);
});

Deno.test("abort answers what is unanswered with the error, or with dropped packet", async () => {
  const net = new Network();
  const node = net.node("a", () => new Promise<Value>(() => {}));
  for (const [error, want] of [[undefined, "dropped packet"], [failure("too late"), "too late"]] as const) {
    const process = net.open();
    const first = net.ask(process, node, 1);
    const second = net.ask(process, node, 2);
    net.flow.abort(process, error);
    assertEquals([(await first as Error).message, (await second as Error).message], [want, want]);
    assertEquals(process.status, "ended");
    const late = await net.ask(process, node, 3) as Error;
    assertEquals(late.message, want);
  }
});

Deno.test("an answer that comes after the end is ignored", async () => {
  const net = new Network();
  const { promise, resolve } = Promise.withResolvers<Value>();
  const process = net.open();
  const answer = net.ask(process, net.node("a", () => promise), 1);
  net.flow.abort(process);
  resolve("late");
  assertEquals((await answer as Error).message, "dropped packet");
});

Deno.test("a parent waits for its children, and its end ends them", async () => {
  const net = new Network();
  const parent = net.open();
  const child = net.open({ parent });
  net.flow.close(parent);
  assertEquals(parent.status, "running");
  net.flow.close(child);
  assertEquals([child.status, parent.status], ["ended", "ended"]);

  const other = net.open();
  const grandchild = net.open({ parent: net.open({ parent: other }) });
  const waiting = net.ask(grandchild, net.node("a", () => new Promise<Value>(() => {})), 1);
  net.flow.abort(other, failure("gone"));
  await other.ended;
  assertEquals(grandchild.status, "ended");
  assertEquals((await waiting as Error).message, "gone");
});

Deno.test("exit hooks run last in first out, each after the one before, children first", async () => {
  const net = new Network();
  const log: string[] = [];
  const parent = net.open();
  const child = net.open({ parent });
  parent.onExit(() => void log.push("first"));
  parent.onExit(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    log.push("second");
  });
  child.onExit(async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    log.push("child");
  });
  net.flow.close(child);
  net.flow.close(parent);
  await parent.ended;
  assertEquals(log, ["child", "second", "first"]);
});

Deno.test("a hook that fails fails the process, and the others still run", async () => {
  const net = new Network();
  const process = net.open();
  const told: (string | undefined)[] = [];
  process.onExit((error) => void told.push(error?.message));
  process.onExit(() => {
    throw new Error("commit failed");
  });
  net.flow.close(process);
  await process.ended;
  assertEquals(told, ["commit failed"]);
  assertEquals(process.error?.message, "commit failed");
});

Deno.test("the store is copy on write over the parent's", () => {
  const net = new Network();
  const parent = net.open();
  const child = net.open({ parent });
  parent.store("a", 1);
  assertEquals(child.load("a"), 1);
  child.store("a", 2);
  assertEquals([parent.load("a"), child.load("a")], [1, 2]);
  assertEquals([child.delete("a"), child.delete("a"), child.load("a")], [true, false, 1]);
  net.flow.close(child);
  net.flow.close(parent);
});

Deno.test("a node acts on its ports' opening and closing for a process", async () => {
  const net = new Network();
  const log: string[] = [];
  const node = net.node("a", constant(1), {
    open: (process, port) => void log.push(`open ${port.name} ${process.number}`),
    close: (process, port) => void log.push(`close ${port.name} ${process.number}`),
  }, ["in", "io"]);
  const process = net.open();
  await net.ask(process, node, 1);
  await net.ask(process, node, 1);
  await net.ask(process, node, 1, "io");
  net.flow.close(process);
  const n = process.number;
  assertEquals(log, [`open in ${n}`, `open io ${n}`, `close io ${n}`, `close in ${n}`]);
});

Deno.test("a node that answers at once may leave packets on their way", async () => {
  const net = new Network();
  const done: unknown[] = [];
  const a = net.node("a", (packet, self) => {
    packet.send(self.out("out"), packet.payload);
    return "at once";
  });
  link(
    a,
    "out",
    net.node("b", async (packet) => {
      done.push(await later(5)(packet, a));
      return 1;
    }),
  );
  const process = net.open();
  const answer = await net.ask(process, a, "kept");
  net.flow.close(process);
  assertEquals([answer, process.status], ["at once", "running"]);
  await process.ended;
  assertEquals(done, ["kept"]);
});

Deno.test("a handler that sends and then throws fails its process", async () => {
  const net = new Network();
  const a = net.node("a", (packet, self) => {
    packet.send(self.out("out"), 1);
    throw new Error("after sending");
  });
  link(a, "out", net.node("b", later(1)));
  assertEquals((await net.run(a, 0) as Error).message, "after sending");
});

Deno.test("a process with a long list does not keep another waiting", async () => {
  const net = new Network();
  let done = 0;
  const body = net.node("body", () => ++done);
  const each = net.node(
    "each",
    (packet, self) => packet.sendAll(Array.from({ length: 1000 }, () => ({ port: self.out("out"), payload: 1 }))),
  );
  link(each, "out", body);
  let doneBefore = -1;
  const quick = net.node("quick", () => doneBefore = done);
  const [greedy, modest, opener] = [net.open(), net.open(), net.open()];
  const answers: Promise<unknown>[] = [];
  const start = net.node("start", () => {
    answers.push(net.ask(greedy, each, 0), net.ask(modest, quick, 0));
    return 0;
  });
  await net.ask(opener, start, 0);
  assertEquals(await answers[0], Array.from({ length: 1000 }, (_, i) => i + 1));
  assert(doneBefore < 10, `${doneBefore} items of the other process went first`);
  for (const process of [greedy, modest, opener]) net.flow.close(process);
});

Deno.test("links by generation: a process sees those of its own", async () => {
  const net = new Network();
  const a = net.node("a", pass);
  const [old, young] = [net.node("old", constant("old")), net.node("young", constant("young"))];
  a.out("out").link(1, [old.in("in")!]);
  const before = net.open({ generation: 1 });
  a.out("out").link(2, [young.in("in")!]);
  a.out("out").link(4, []);
  const [during, after] = [net.open({ generation: 3 }), net.open({ generation: 4 })];
  assertEquals(await net.ask(before, a, "x"), "old");
  assertEquals(await net.ask(during, a, "x"), "young");
  assertEquals(await net.ask(after, a, "x"), "x");
  a.out("out").forget(3);
  assertEquals(a.out("out").targets(1).length, 0);
  assertEquals(a.out("out").targets(3)[0], young.in("in"));
  for (const process of [before, during, after]) net.flow.close(process);
});

Deno.test("a handler cut short loses nothing but its process", async () => {
  const net = new Network();
  const flow = net.flow;
  const bad = net.node("bad", () => {
    for (;;);
  });
  const good = net.node("good", constant("fine"));
  const [process, neighbour, opener] = [net.open(), net.open(), net.open()];
  const answers: Promise<unknown>[] = [];
  const start = net.node("start", () => {
    answers.push(net.ask(process, bad, 1), net.ask(neighbour, good, 1));
    return "started";
  });
  const scope = globalThis as { enter?: () => void };
  let started: unknown;
  const replyTo = { answered: (_: Packet, answer: Outcome) => void (started = answer) };
  scope.enter = () => flow.start(opener, start.in("in")!, 0, replyTo);
  // a timed script is ended from outside: no catch and no finally of the loop runs
  assertThrows(() => new vm.Script("enter()").runInThisContext({ timeout: 20 }), Error, "timed out");
  delete scope.enter;
  assertEquals(flow.stopped(failure("stopped"))?.process, process);
  flow.drain();
  assertEquals((await answers[0] as Error).message, "stopped");
  assertEquals([await answers[1], started], ["fine", "started"]);
  for (const each of [neighbour, opener]) flow.close(each);
});

Deno.test("what an async handler sends may be answered before its promise settles", async () => {
  const network = new Network();
  const doubled = network.node("doubled", (packet) => `${packet.payload}${packet.payload}`);
  const later = network.node("later", async (packet, self) => {
    await Promise.resolve();
    const reply = packet.send(self.out("out"), packet.payload);
    // the answer is there before this handler is through
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    return await reply;
  });
  link(later, "out", doubled);
  const process = network.open();
  const answers = ["a", "b", "c"].map((payload) => network.ask(process, later, payload));
  assertEquals(await Promise.all(answers), ["aa", "bb", "cc"]);
  network.flow.close(process);
  await process.ended;
});

Deno.test("as many promises of a reader are under way as its node allows, and answers stay in order", async () => {
  for (const [concurrency, most] of [[undefined, 1], [3, 3]] as const) {
    const network = new Network();
    let [underWay, seen] = [0, 0];
    const open: (() => void)[] = [];
    const slow = network.node("slow", (packet) => {
      seen = Math.max(seen, ++underWay);
      return new Promise((resolve) =>
        open.push(() => {
          underWay--;
          resolve(packet.payload);
        })
      );
    }, concurrency === undefined ? {} : { concurrency });
    const process = network.open();
    const order: unknown[] = [];
    const answers = [1, 2, 3, 4, 5, 6].map((n) => network.ask(process, slow, n).then((answer) => order.push(answer)));
    // the last one that was begun ends first
    while (open.length > 0) {
      open.pop()!();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await Promise.all(answers);
    assertEquals([seen, order], [most, [1, 2, 3, 4, 5, 6]]);
    network.flow.close(process);
    await process.ended;
  }
});

Deno.test("what an async handler throws takes the place of an early answer to what it had sent", async () => {
  const network = new Network();
  const early = network.node("early", () => "early");
  const handled = network.node("handled", async (packet) => {
    await Promise.resolve();
    return `handled ${(packet.payload as Failure).message}`;
  });
  const later = network.node("later", async (packet, self) => {
    await Promise.resolve();
    void packet.send(self.out("out"), packet.payload);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    throw failure("boom");
  });
  link(later, "out", early);
  link(later, "error", handled);
  assertEquals(await network.run(later, "a"), "handled boom");
});
