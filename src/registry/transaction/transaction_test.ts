import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Recorder } from "../../../tests/registry/recorder.ts";
import { FakeClock } from "../../../tests/support/clock.ts";
import { delay } from "../../../tests/support/until.ts";
import { failure, fullMessage } from "../../value/mod.ts";
import {
  change,
  ConflictError,
  type Draft,
  MemoryHistory,
  Registry,
  RegistryError,
  type RegistryOptions,
  type Request,
  UndoError,
} from "../mod.ts";

const create = (name: string, kind = "k", data = 0) => change.create({ id: `a:${name}`, kind, data });
const update = (name: string, kind = "k", data = 1) => change.update({ id: `a:${name}`, kind, data });
const remove = (name: string) => change.delete(`a:${name}`);
const notFound = (what: string) => failure(`${what} is missing`, { code: "not_found" });

/** A registry with entries `a` and `b`, and a recorder that has seen nothing yet. */
async function setUp(options: RegistryOptions = {}, history = new MemoryHistory()) {
  const registry = new Registry(history, options);
  const recorder = new Recorder().attachTo(registry);
  await registry.apply([create("a"), create("b")]);
  recorder.take();
  return { registry, recorder, history };
}

const names = (registry: Registry) => registry.entries().map(({ id, data }) => `${id.name}=${data}`);

async function fails(work: Promise<unknown>, code: string, ...messages: string[]): Promise<RegistryError> {
  const error = await assertRejects(() => work, RegistryError);
  assertEquals(error.code, code, fullMessage(error));
  for (const message of messages) assertStringIncludes(fullMessage(error), message);
  return error;
}

Deno.test("a transaction begins, asks about each operation in order, and commits", async () => {
  const { registry, recorder } = await setUp();
  const events: string[] = [];
  registry.observe("**", (event) => events.push("by" in event ? `${event.kind} by ${event.by}` : event.kind));
  const version = await registry.apply([create("c"), remove("a"), update("b")]);
  assertEquals(version.id, 2);
  assertEquals(recorder.take(), ["begin", "delete a", "update b", "create c", "commit"]);
  assertEquals(names(registry), ["b=1", "c=0"]);
  assertEquals(events, [
    "registry.begin",
    "registry.accept by recorder",
    "entry.delete",
    "entry.accept by recorder",
    "entry.update",
    "entry.accept by recorder",
    "entry.create",
    "entry.accept by recorder",
    "registry.commit",
    "registry.accept by recorder",
  ]);
});

Deno.test("an observer sees the events it asks for and cannot affect them", async () => {
  const { registry } = await setUp();
  const seen: string[] = [];
  const end = registry.observe("entry.(create|reject)", (event) => {
    seen.push(event.kind);
    throw new Error("nobody minds");
  });
  await registry.apply([create("c"), remove("a")]);
  end();
  await registry.apply([create("d")]);
  assertEquals(seen, ["entry.create"]);
});

Deno.test("a rejected operation undoes the accepted ones in reverse, then discards, and changes nothing", async () => {
  const refusals: [string, () => void | Promise<void>][] = [
    ["throws", () => {
      throw new Error("port 80 is taken");
    }],
    ["rejects", () => Promise.reject(new Error("port 80 is taken"))],
    ["rejects later", () => new Promise((_, reject) => setTimeout(() => reject(new Error("port 80 is taken")), 1))],
    ["throws no error", () => {
      throw "port 80 is taken";
    }],
  ];
  for (const [name, refuse] of refusals) {
    const { registry, recorder, history } = await setUp();
    recorder.script["create c"] = refuse;
    const error = await fails(
      registry.apply([create("c"), create("d"), remove("a"), update("b")]),
      "rejected",
      "recorder rejected the create of a:c: port 80 is taken",
    );
    assertEquals(error.details, { id: "a:c", kind: "k" }, name);
    assertEquals(recorder.take(), [
      "begin",
      "delete a",
      "update b",
      "create c",
      "undo update b",
      "undo create a",
      "because recorder rejected the create of a:c",
      "discard",
    ]);
    assertEquals(names(registry), ["a=0", "b=0"]);
    assertEquals(registry.version.id, 1);
    assertEquals((await history.versions()).length, 2);
    assertEquals((await registry.apply([create("d")])).id, 2);
  }
});

Deno.test("a handler that does not answer in time has rejected, and its later answer is ignored", async () => {
  const { registry, recorder } = await setUp({ timeout: 20 });
  const late = Promise.withResolvers<void>();
  let signal: AbortSignal | undefined;
  recorder.script["create c"] = (context) => {
    signal = context!.signal;
    return late.promise;
  };
  const error = await fails(registry.apply([remove("a"), create("c")]), "timeout", "within 0.02 s", "create of a:c");
  assertEquals(signal?.reason, error);
  assertEquals(recorder.take().slice(-3), ["undo create a", `because ${error.message}`, "discard"]);
  late.resolve();
  await late.promise;
  assertEquals(names(registry), ["a=0", "b=0"]);
});

Deno.test("each handler has 30 s for each operation, and leaves no timer", { sanitizeOps: true }, async () => {
  const { registry, recorder } = await setUp();
  new Recorder("second").attachTo(registry);
  using clock = new FakeClock();
  recorder.script["create c"] = recorder.script["create d"] = () => delay(29_999);
  const slow = registry.apply([create("c"), create("d")]);
  await clock.advance(0);
  assertEquals(clock.waits, [29_999, 30_000]);
  await clock.advance(2 * 29_999);
  assertEquals((await slow).id, 2);
  assertEquals(clock.waits, []);
  recorder.script["create e"] = () => new Promise(() => {});
  const late = fails(registry.apply([create("e")]), "timeout");
  await clock.advance(0);
  await clock.advance(29_999);
  assertEquals(clock.waits, [1]);
  await clock.advance(1);
  await late;
  assertEquals(clock.waits, []);
});

Deno.test("only the first answer counts", async () => {
  const { registry } = await setUp();
  const twice = (name: string, answer: (request: Request) => void) =>
    registry.bus.subscribe({ name, kinds: [name], acknowledges: [], receive: answer });
  twice("accepts.first", (request) => {
    request.accept();
    request.reject(new Error("too late"));
  });
  await registry.apply([create("x", "accepts.first")]);
  twice("rejects.first", (request) => {
    request.reject(new Error("no"));
    request.accept();
  });
  await fails(registry.apply([create("y", "rejects.first")]), "rejected", "rejects.first", ": no");
  twice("rejects.without", (request) => request.reject());
  await fails(registry.apply([create("z", "rejects.without")]), "rejected", "no reason was given");
  twice("throws.after", (request) => {
    request.accept();
    throw new Error("too late");
  });
  await registry.apply([create("z", "throws.after")]);
  assertEquals(names(registry), ["a=0", "b=0", "x=0", "z=0"]);
});

Deno.test("an operation with a missing dependency is tried again while that helps, the others once", async () => {
  const { registry, recorder } = await setUp();
  const made = new Set<string>();
  const needs = (name: string, needed: string) => {
    recorder.script[`create ${name}`] = () => {
      if (!made.has(needed)) throw new Error("outer", { cause: notFound(needed) });
      made.add(name);
    };
  };
  needs("c", "d");
  needs("d", "e");
  recorder.script["create e"] = () => void made.add("e");
  await registry.apply([create("c"), create("d"), create("e")]);
  assertEquals(recorder.take(), [
    "begin",
    "create c",
    "create d",
    "create e",
    "create c",
    "create d",
    "create c",
    "commit",
  ]);
  needs("f", "nothing");
  needs("g", "f");
  const error = await fails(
    registry.apply([create("f"), create("g"), create("h")]),
    "not_found",
    "missing dependencies of a:f, a:g",
  );
  assertEquals(error.details, { unresolved: ["a:f", "a:g"] });
  assertEquals(recorder.take().slice(-3), ["undo delete h", `because ${error.message}`, "discard"]);
});

Deno.test("nothing overtakes an operation on the same entry that was deferred", async () => {
  const { registry, recorder } = await setUp();
  let missing = true;
  recorder.script["delete a"] = () => {
    if (missing) throw notFound("b");
  };
  recorder.script["update b"] = () => void (missing = false);
  await registry.apply([remove("a"), create("a", "other"), update("b")]);
  assertEquals(recorder.take(), ["begin", "delete a", "update b", "delete a", "create a", "commit"]);
  assertEquals(registry.get("a:a")?.kind, "other");
});

Deno.test("a transaction without a handler for a kind does not begin", async () => {
  const registry = new Registry(new MemoryHistory());
  const recorder = new Recorder("recorder", ["k", "http.*"]).attachTo(registry);
  const error = await fails(
    registry.apply([create("a"), create("b", "http.route.v2")]),
    "invalid",
    "a:b: no handler for entries of kind http.route.v2",
  );
  assertEquals(error.details, { id: "a:b", kind: "http.route.v2" });
  assertEquals(recorder.take(), []);
  await registry.apply([create("a"), create("b", "http.route")]);
});

Deno.test("handlers are not asked about silent kinds, but about their transactions", async () => {
  const { registry, recorder } = await setUp();
  const silent = ["registry.entry", "ns.requirement", "ns.dependency", "ns.definition"];
  await registry.apply(silent.map((kind, i) => create(`s${i}`, kind)));
  assertEquals(recorder.take(), ["begin", "commit"]);
  assertEquals(registry.size, 6);
  const other = new Registry(new MemoryHistory(), { silentKinds: ["quiet"] });
  await other.apply([create("x", "quiet")]);
  await fails(other.apply([create("y", "registry.entry")]), "invalid");
});

Deno.test("a handler can be removed", async () => {
  const registry = new Registry(new MemoryHistory());
  const leave = registry.handle(new Recorder());
  await registry.apply([create("a")]);
  leave();
  await fails(registry.apply([create("b")]), "invalid", "no handler");
});

class FailingHistory extends MemoryHistory {
  failing: "save" | "setHead" | undefined;

  override save(draft: Draft) {
    if (this.failing === "save") return Promise.reject(new RegistryError("unavailable", "the disk is full"));
    return super.save(draft);
  }

  override setHead(...args: Parameters<MemoryHistory["setHead"]>) {
    if (this.failing === "setHead") return Promise.reject(new RegistryError("unavailable", "the disk is full"));
    return super.setHead(...args);
  }
}

Deno.test("a failed save undoes the transaction, without a commit", async () => {
  const { registry, recorder, history } = await setUp({}, new FailingHistory());
  (history as FailingHistory).failing = "save";
  await fails(registry.apply([update("a"), create("c")]), "unavailable", "the disk is full");
  assertEquals(recorder.take(), [
    "begin",
    "update a",
    "create c",
    "undo delete c",
    "undo update a",
    "because the disk is full",
    "discard",
  ]);
  assertEquals(names(registry), ["a=0", "b=0"]);

  (history as FailingHistory).failing = "setHead";
  await fails(registry.jump(0), "unavailable", "the disk is full");
  assertEquals(names(registry), ["a=0", "b=0"]);
  assertEquals(registry.version.id, 1);
  recorder.take();

  (history as FailingHistory).failing = undefined;
  assertEquals((await registry.apply([update("a")])).id, 2);
});

Deno.test("if a participant rejects the begin, the others get a discard", async () => {
  const { registry, recorder } = await setUp();
  const other = new Recorder("other", "other").attachTo(registry);
  other.script["begin"] = () => Promise.reject(new Error("busy"));
  await fails(registry.apply([create("c")]), "rejected", "other rejected the begin of a transaction: busy");
  assertEquals(recorder.take(), ["begin", "because other rejected the begin of a transaction", "discard"]);
  assertEquals(other.take(), ["begin"]);
});

Deno.test("a participant that has not answered the begin gets a discard", async () => {
  const { registry, recorder } = await setUp({ timeout: 20 });
  recorder.script["begin"] = () => new Promise(() => {});
  const error = await fails(registry.apply([create("c")]), "timeout", "the begin of a transaction within 0.02 s");
  assertEquals(recorder.take(), ["begin", `because ${error.message}`, "discard"]);

  const controller = new AbortController();
  recorder.script["begin"] = () => {
    controller.abort();
    return new Promise(() => {});
  };
  const unasked = new Recorder("unasked").attachTo(registry);
  await fails(registry.apply([create("c")], { signal: controller.signal }), "rejected", "several", "canceled");
  assertEquals(recorder.take(), ["begin", "because several participants rejected the transaction", "discard"]);
  assertEquals(unasked.take(), []);
});

Deno.test("a participant that fails to commit undoes everything, and head moves back", async () => {
  const { registry, recorder, history } = await setUp();
  recorder.script["commit"] = () => {
    throw new Error("cannot");
  };
  await fails(registry.apply([create("c")]), "rejected", "recorder rejected the commit of a transaction: cannot");
  assertEquals(recorder.take(), [
    "begin",
    "create c",
    "commit",
    "undo delete c",
    "because recorder rejected the commit of a transaction",
    "discard",
  ]);
  assertEquals(names(registry), ["a=0", "b=0"]);
  assertEquals((await history.head()).version, 1);
  assertEquals((await history.moves(1)).map(({ version, message }) => [version, message]), [
    [2, undefined],
    [1, "v2 could not be committed"],
  ]);
  recorder.take();
  await fails(registry.jump(0), "rejected", "cannot");
  assertEquals(recorder.take().slice(0, 4), ["begin", "delete a", "delete b", "commit"]);
  assertEquals(names(registry), ["a=0", "b=0"]);
  assertEquals((await history.moves(3)).map(({ version, message }) => [version, message]), [
    [0, undefined],
    [1, "v0 could not be committed"],
  ]);
  delete recorder.script["commit"];
  const version = await registry.apply([create("c")]);
  assertEquals([version.id, version.parent], [3, 1]);
});

Deno.test("a commit that takes longer than 30 s is told and stays in force, and the next change waits for it", async () => {
  const warnings: string[] = [];
  const { registry, recorder, history } = await setUp({ warn: (message) => warnings.push(message) });
  using clock = new FakeClock();
  recorder.script["commit"] = () => delay(40_000);
  const first = registry.apply([create("c")]);
  await clock.advance(0);
  await clock.advance(30_000);
  assertEquals((await first).id, 2);
  assertEquals([recorder.take(), names(registry)], [["begin", "create c", "commit"], ["a=0", "b=0", "c=0"]]);
  assertEquals((await history.head()).version, 2);
  assertEquals(warnings.splice(0), ["recorder did not end the commit of v2 within 30 s; it stays in force"]);
  delete recorder.script["commit"];
  const second = registry.apply([create("d")]);
  await clock.advance(0);
  await clock.advance(9_999);
  assertEquals(recorder.take(), []);
  await clock.advance(1);
  assertEquals((await second).id, 3);
  assertEquals(recorder.take(), ["begin", "create d", "commit"]);
  assertEquals([clock.waits, warnings], [[], []]);
});

Deno.test("after a commit that does not end, further changes are rejected and change nothing", async () => {
  const warnings: string[] = [];
  const { registry, recorder, history } = await setUp({ timeout: 20, warn: (message) => warnings.push(message) });
  const commit = Promise.withResolvers<void>();
  recorder.script["commit"] = () => commit.promise;
  assertEquals((await registry.apply([create("c")])).id, 2);
  delete recorder.script["commit"];
  recorder.take();
  await fails(registry.apply([create("d")]), "timeout", "recorder has not ended the commit of v2 yet");
  await fails(registry.jump(1), "timeout", "recorder has not ended the commit of v2 yet");
  assertEquals([recorder.take(), names(registry)], [[], ["a=0", "b=0", "c=0"]]);
  assertEquals((await history.head()).version, 2);
  // that it fails in the end is told, and too late to undo anything
  commit.reject(new Error("cannot"));
  assertEquals((await registry.apply([create("d")])).id, 3);
  assertEquals(warnings, [
    "recorder did not end the commit of v2 within 0.02 s; it stays in force",
    "v2 stays in force, though its commit failed: cannot",
  ]);
});

Deno.test("a commit that fails undoes everything, also while another does not end", async () => {
  const { registry, recorder, history } = await setUp({ timeout: 20 });
  recorder.script["commit"] = () => new Promise(() => {});
  const second = new Recorder("second", "none").attachTo(registry);
  second.script["commit"] = () => {
    throw new Error("cannot");
  };
  await fails(registry.apply([create("c")]), "rejected", "second rejected the commit of a transaction: cannot");
  assertEquals([names(registry), (await history.head()).version], [["a=0", "b=0"], 1]);
});

Deno.test("a head that cannot be moved back is reported with both causes, and can be followed", async () => {
  const { registry, recorder, history } = await setUp({}, new FailingHistory());
  recorder.script["commit"] = () => {
    throw new Error("cannot");
  };
  (history as FailingHistory).failing = "setHead";
  const error = await assertRejects(() => registry.apply([create("c")]), UndoError, "(the disk is full)");
  assertStringIncludes(fullMessage(error.cause as Error), "rejected the commit of a transaction: cannot");
  assertEquals([error.left, error.errors.length], [[], 1]);
  // Nobody holds what was saved, and the store says that it is in force.
  assertEquals([registry.version.id, names(registry), (await history.head()).version], [1, ["a=0", "b=0"], 2]);
  (history as FailingHistory).failing = undefined;
  recorder.script = {};
  await assertRejects(() => registry.apply([create("d")]), ConflictError, "head is v2, not v1");
  await registry.follow(2);
  assertEquals(names(registry), ["a=0", "b=0", "c=0"]);
});

Deno.test("several participants are asked at once, and all their reasons are reported", async () => {
  const { registry } = await setUp({ timeout: 200 });
  for (const name of ["one", "two"]) {
    new Recorder(name, "none").attachTo(registry).script["begin"] = () => new Promise(() => {});
  }
  using clock = new FakeClock();
  const applied = fails(
    registry.apply([create("c")]),
    "rejected",
    "several participants rejected the transaction",
    "one did",
    "two did",
  );
  await clock.advance(0);
  assertEquals(clock.waits, [200, 200]);
  await clock.advance(200);
  const error = await applied;
  assertEquals((error.cause as AggregateError).errors.map(({ code }) => code), ["timeout", "timeout"]);
});

Deno.test("all handlers of a kind must accept, or those that did undo", async () => {
  const registry = new Registry(new MemoryHistory());
  const [one, two] = [new Recorder("one").attachTo(registry), new Recorder("two").attachTo(registry)];
  two.script["create b"] = () => {
    throw new Error("no");
  };
  await fails(registry.apply([create("a"), create("b")]), "rejected", "two rejected the create of a:b");
  const off = ["because two rejected the create of a:b", "discard"];
  assertEquals(one.take(), ["begin", "create a", "create b", "undo delete b", "undo delete a", ...off]);
  assertEquals(two.take(), ["begin", "create a", "create b", "undo delete a", ...off]);

  // Whoever accepted last takes it back first.
  const order: string[] = [];
  const three = new Recorder("three").attachTo(registry);
  for (const handler of [one, two]) handler.script["undo delete b"] = () => void order.push(handler.name);
  two.script = { "undo delete b": two.script["undo delete b"]! };
  three.script["create b"] = () => {
    throw new Error("no");
  };
  await fails(registry.apply([create("b")]), "rejected", "three rejected the create of a:b");
  assertEquals(order, ["two", "one"]);
  three.script = {};
  for (const handler of [one, two]) handler.take();

  let first = true;
  two.script["create b"] = () => {
    if (first) {
      first = false;
      throw notFound("c");
    }
  };
  await registry.apply([create("b"), create("c")]);
  assertEquals(one.take(), ["begin", "create b", "undo delete b", "create c", "create b", "commit"]);
  assertEquals(two.take(), ["begin", "create b", "create c", "create b", "commit"]);
});

Deno.test("an operation that cannot be undone is reported with both causes, and load repairs it", async () => {
  const { registry, recorder } = await setUp();
  recorder.script["create z"] = () => {
    throw new Error("no");
  };
  recorder.script["undo update b"] = () => {
    throw new Error("stuck");
  };
  const error = await assertRejects(
    () => registry.apply([update("a"), update("b"), create("z")]),
    UndoError,
    "a failed transaction could not be undone for a:b (recorder rejected the update of a:b: stuck)",
  );
  assertEquals(fullMessage(error).split(": ").slice(-2), ["recorder rejected the create of a:z", "no"]);
  assertEquals(error.left.map(({ kind, id }) => `${kind} ${id}`), ["update a:b"]);
  // The state is what the handlers hold.
  assertEquals(names(registry), ["a=0", "b=1"]);
  await fails(
    registry.apply([create("c")]),
    "unavailable",
    "the registry is out of step with v1: load a version first",
  );
  recorder.script = {};
  recorder.take();
  await registry.load();
  assertEquals(recorder.take(), ["begin", "update b", "commit"]);
  assertEquals(names(registry), ["a=0", "b=0"]);
  assertEquals((await registry.apply([create("c")])).id, 2);
});

Deno.test("an operation that is half done and stuck is not tried again", async () => {
  const { registry, recorder } = await setUp();
  const second = new Recorder("second").attachTo(registry);
  second.script["create c"] = () => {
    throw notFound("d");
  };
  recorder.script["undo delete c"] = () => {
    throw new Error("stuck");
  };
  const error = await assertRejects(() => registry.apply([create("c"), create("d")]), UndoError);
  assertEquals(error.left.map(({ kind, id }) => `${kind} ${id}`), ["create a:c"]);
  assertEquals(recorder.log.filter((asked) => asked === "create c"), ["create c"]);
  assertEquals(names(registry), ["a=0", "b=0", "c=0"]);
});

Deno.test("operations that could not be undone are gone after a jump anywhere, even to the beginning", async () => {
  for (const target of [0, 1, 2]) {
    const { registry, recorder } = await setUp();
    await registry.apply([update("a")]);
    recorder.script["create z"] = recorder.script["undo update b"] = () => {
      throw new Error("no");
    };
    await assertRejects(() => registry.apply([update("b"), create("z")]), UndoError);
    assertEquals(names(registry), ["a=1", "b=1"]);
    recorder.script = {};
    await registry.jump(target);
    assertEquals(names(registry), [[], ["a=0", "b=0"], ["a=1", "b=0"]][target]);
  }
});

Deno.test("earlier operations on an entry with a stuck one are not undone", async () => {
  const { registry, recorder } = await setUp();
  recorder.script["create z"] = recorder.script["undo delete a"] = () => {
    throw new Error("no");
  };
  const error = await assertRejects(
    () => registry.apply([remove("a"), create("a", "other"), create("z")]),
    UndoError,
  );
  assertEquals(error.left.map(({ kind }) => kind), ["delete", "create"]);
  assertEquals(registry.get("a:a")?.kind, "other");
  recorder.script = {};
  await registry.follow(1);
  assertEquals(registry.get("a:a")?.kind, "k");
});

Deno.test("a discard that fails is reported too", async () => {
  const { registry, recorder } = await setUp();
  recorder.script["create z"] = recorder.script["discard"] = () => {
    throw new Error("no");
  };
  const error = await assertRejects(() => registry.apply([create("z")]), UndoError, "the discard of a transaction");
  assertEquals(error.left, []);
  recorder.script = {};
  assertEquals((await registry.apply([create("c")])).id, 2);
});

Deno.test("undoing a canceled transaction has its own time limit", async () => {
  const { registry, recorder } = await setUp();
  const controller = new AbortController();
  let signal: AbortSignal | undefined;
  recorder.script["create c"] = (context) => {
    signal = context!.signal;
    setTimeout(() => controller.abort(new Error("the user left")), 1);
    return new Promise(() => {});
  };
  const atOnce = new AbortController();
  recorder.script["create d"] = () => {
    atOnce.abort();
    return new Promise(() => {});
  };
  await fails(registry.apply([create("d")], { signal: atOnce.signal }), "canceled");
  recorder.take();
  recorder.script["undo create a"] = () => new Promise((resolve) => setTimeout(resolve, 5));
  const work = registry.apply([remove("a"), create("c")], { signal: controller.signal });
  await fails(work, "canceled", "canceled at the create of a:c: the user left");
  assert(signal?.aborted);
  assertEquals(recorder.take().slice(-3), ["undo create a", "because canceled at the create of a:c", "discard"]);
  assertEquals(names(registry), ["a=0", "b=0"]);

  // What the caller gives as its reason is no handler's, whatever it says.
  const missing = new AbortController();
  recorder.script["create d"] = () => {
    missing.abort(notFound("patience"));
    return new Promise(() => {});
  };
  await fails(registry.apply([create("d"), create("e")], { signal: missing.signal }), "canceled", "patience");
  assertEquals(recorder.take().includes("create e"), false);

  recorder.script = {};
  await fails(registry.apply([create("d")], { signal: AbortSignal.abort() }), "canceled");
  assertEquals(recorder.take(), []);
});

Deno.test("a signal cancels between two operations and after the last, but not once it is saved", async () => {
  const { registry, recorder } = await setUp();
  for (const changes of [[create("c")], [create("c"), create("d")]]) {
    const controller = new AbortController();
    recorder.script["create c"] = () => controller.abort();
    await fails(registry.apply(changes, { signal: controller.signal }), "canceled");
    assertEquals(recorder.take(), [
      "begin",
      "create c",
      "undo delete c",
      "because the transaction was canceled",
      "discard",
    ]);
  }
  const controller = new AbortController();
  recorder.script = {
    commit: async () => {
      controller.abort();
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
  };
  assertEquals((await registry.apply([create("e")], { signal: controller.signal })).id, 2);
});

Deno.test("a waiting change can be canceled without affecting the others", async () => {
  const { registry, recorder } = await setUp();
  const open = Promise.withResolvers<void>();
  recorder.script["create c"] = () => open.promise;
  const controller = new AbortController();
  const first = registry.apply([create("c")]);
  const second = registry.apply([create("d")], { signal: controller.signal });
  const third = registry.apply([create("e")]);
  controller.abort();
  await fails(second, "canceled");
  assertEquals(recorder.log.includes("create e"), false);
  open.resolve();
  assertEquals([(await first).id, (await third).id], [2, 3]);
});

Deno.test("a handler reads the old state, and cannot change the registry", async () => {
  const { registry, recorder } = await setUp();
  const seen: unknown[] = [];
  const look = () => void seen.push(names(registry), registry.version.id);
  recorder.script = { "create c": look, commit: look };
  for (const attempt of ["apply", "load", "jump", "follow", "close"] as const) {
    recorder.script[`create ${attempt}`] = async () => {
      await Promise.resolve();
      await (attempt === "apply" ? registry.apply([create("x")]) : registry[attempt](0));
    };
    await fails(registry.apply([create(attempt)]), "rejected", "a handler cannot change the registry");
  }
  await registry.apply([create("c")]);
  assertEquals(seen, [["a=0", "b=0"], 1, ["a=0", "b=0"], 1]);
  assertEquals(names(registry), ["a=0", "b=0", "c=0"]);
});

Deno.test("work that a handler started can change the registry after the transaction", async () => {
  const { registry, recorder } = await setUp();
  const later = Promise.withResolvers<number>();
  recorder.script["create c"] = () => {
    setTimeout(() => later.resolve(registry.apply([create("d")]).then(({ id }) => id)), 10);
  };
  await registry.apply([create("c")]);
  assertEquals(await later.promise, 3);
});

Deno.test("parallel changes are made one after another", async () => {
  const { registry, recorder } = await setUp();
  recorder.script["commit"] = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 2));
  await Promise.all(Array.from({ length: 10 }, async (_, worker) => {
    for (let i = 0; i < 5; i++) await registry.apply([create(`${worker}-${i}`)]);
  }));
  assertEquals(registry.version.id, 51);
  assertEquals(registry.size, 52);
});

Deno.test("a writer that is behind is rejected, follows, and tries again", async () => {
  const { registry, history } = await setUp();
  const second = new Registry(history);
  const behind = new Recorder().attachTo(second);
  await second.load();
  await registry.apply([create("c")]);
  behind.take();
  const error = await assertRejects(() => second.apply([create("d")]), ConflictError, "head is v2, not v1");
  assertEquals([error.expected, error.actual], [1, 2]);
  assertEquals(behind.take(), []);
  await second.follow(error.actual);
  assertEquals((await second.apply([create("d")])).id, 3);
  const stale = await assertRejects(() => second.apply([create("e")], { base: 2 }), ConflictError);
  assertEquals([stale.expected, stale.actual], [2, 3]);
});

Deno.test("a head that moves during a transaction undoes it", async () => {
  const { registry, recorder, history } = await setUp();
  const other = new Registry(history, { dispatch: "none" });
  await other.load();
  recorder.script["create c"] = () => other.apply([update("b")]).then(() => {});
  const error = await assertRejects(() => registry.apply([create("c")]), ConflictError);
  assertEquals([error.expected, error.actual], [1, 2]);
  assertEquals(recorder.take(), ["begin", "create c", "undo delete c", "because head is v2, not v1", "discard"]);
  recorder.script = {};
  await registry.follow(2);
  assertEquals(names(registry), ["a=0", "b=1"]);
  assertEquals((await registry.apply([create("c")])).id, 3);
});
