import { assertEquals } from "@std/assert";
import { apply, openTarget, rollback, status, type Target, watch, type WatchEvent } from "../../src/api/mod.ts";
import { Logger, Runtime, schemeOf } from "../../src/runtime/mod.ts";
import { openStore } from "../../src/store/mod.ts";
import { nop } from "../cli/specs.ts";
import { snippets, World } from "../runtime/world.ts";
import { until } from "../support/until.ts";

const SCHEME = { scheme: schemeOf() };

/** Describes an event in a few words. */
function shown(event: WatchEvent): string {
  switch (event.type) {
    case "head":
      return `head ${event.move.previous} to ${event.move.version}`;
    case "rollout":
      return `${event.instance.namespace} ${event.state} ${event.version}`;
    case "death":
      return `${event.instance.namespace} lost an executor in ${event.death.node}`;
    default:
      return `${event.instance.namespace} ${event.type}`;
  }
}

/** Collects what happens until it has seen certain events. */
class Watched implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #seen: string[] = [];
  readonly #done: Promise<void>;
  #changed = Promise.withResolvers<void>();

  constructor(target: Target) {
    this.#done = this.#collect(target);
  }

  async #collect(target: Target): Promise<void> {
    for await (const event of watch(target, { signal: this.#stop.signal, interval: 20 })) {
      this.#seen.push(shown(event));
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
  }

  /** Waits until exactly these events have come, in any order, and forgets them. */
  async saw(...events: string[]): Promise<void> {
    while (this.#seen.length < events.length) await this.#changed.promise;
    assertEquals(this.#seen.splice(0).sort(), events.sort());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }
}

Deno.test("a watch tells of moves of head, of runtimes and of what becomes of versions there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const url = `${folder}/s.db`;
    await using writer = await openTarget(url, { missing: "new" });
    await using watcher = await openTarget(url);
    await apply(writer, [nop("a")], SCHEME);
    const start = (namespace: string) =>
      openStore(url).then((store) =>
        Runtime.start({ store, namespace, ...SCHEME, logger: new Logger({ write: () => {} }), executors: 1 })
      );
    const runtime = await start("default");
    await using watched = new Watched(watcher);
    await watched.saw("default instance-up");

    await apply(writer, [nop("b")], SCHEME);
    await watched.saw("head 1 to 2", "default applied 2");
    const broken = {
      kind: "snippet",
      name: "c",
      language: "javascript",
      code: "throw new Error('no'); export default () => 1",
    };
    await apply(writer, [broken], SCHEME);
    await watched.saw("head 2 to 3", "default rejected 3");
    await rollback(writer, 1);
    await watched.saw("head 3 to 1", "default applied 1");

    const other = await start("shop");
    await watched.saw("shop instance-up");
    await other.close();
    await watched.saw("shop instance-down");
    await runtime.close();
    await watched.saw("default instance-down");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a runtime that tries its first version is starting, and up once it has applied it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const url = `${folder}/s.db`;
    await using target = await openTarget(url, { missing: "new" });
    const code = "for (const end = Date.now() + 600; Date.now() < end;); export default () => 1";
    await apply(target, [{ kind: "snippet", name: "slow", language: "javascript", code }], SCHEME);
    await using watched = new Watched(target);
    const store = await openStore(url);
    const starting = Runtime.start({ store, ...SCHEME, logger: new Logger({ write: () => {} }), executors: 1 });
    await until("the runtime is starting", async () => {
      return (await status(target)).runtimes.some(({ state }) => state === "starting");
    });
    await using runtime = await starting;
    await watched.saw("default instance-up");
    assertEquals((await status(target)).runtimes.map(({ state, version }) => [state, version]), [["current", 1]]);
    await runtime.close();
    await watched.saw("default instance-down");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a watch tells of the death of an executor", async () => {
  const code = "export default () => { const all = []; for (;;) all.push(new Array(1e5).fill(all.length)); }";
  await using world = await World.start(snippets({ bad: code }, { timeout: 20_000 }), { executorMemory: 32 });
  await until("the runtime has reported its version", async () => {
    return (await status(world.runtime)).runtimes.every(({ state }) => state === "current");
  });
  await using watched = new Watched(world.runtime);
  await watched.saw("default instance-up");
  assertEquals((await world.fetch("/bad")).status, 500);
  await watched.saw("default lost an executor in bad");
});

Deno.test("a watch ends with its consumer, its signal and its store, and leaves nothing behind", async () => {
  const store = await openStore("memory:");
  await using world = await World.start("[]", { store });
  for await (const event of watch(world.runtime)) {
    assertEquals(event.type, "instance-up");
    break;
  }
  for await (const _ of watch(world.runtime, { signal: AbortSignal.abort() })) throw new Error("it has not ended");
  const events = Array.fromAsync(watch(world.runtime));
  await world.runtime.close();
  assertEquals((await events).map(({ type }) => type).slice(0, 1), ["instance-up"]);
});
