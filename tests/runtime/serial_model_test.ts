import { assertEquals } from "@std/assert";
import { Registry } from "../../src/registry/mod.ts";
import { changesOf, readManifest, schemeOf } from "../../src/runtime/mod.ts";
import { LOCAL_COMPILER } from "../../src/testing/local_compiler.ts";
import { openStore, type Store } from "../../src/store/mod.ts";
import { type Random, seededTest } from "../support/random.ts";
import { until } from "../support/until.ts";
import { type Call, SerialHistory } from "./serial_history.ts";
import { type Json, send, SystemWorld } from "./system_world.ts";

// Random calls of many clients at the same time, in one runtime and in two on one store, whatever they do: in the end the
// history of the store tells an order in which everything that was answered makes sense.

/** How many calls a run makes, instead of its default. */
const STEPS = Deno.env.get("WEFT_STEPS");
const CLIENTS = 8;

/** Specs that a listener serves, which are changed but never deleted. */
const SERVED = ["s0", "s1", "s2", "s3"].map((name) => `system:${name}`);
/** Specs that come and go. */
const LOOSE = ["l0", "l1", "l2"].map((name) => `default:${name}`);
const IDS = [...SERVED, ...LOOSE];

function nameOf(id: string): { namespace: string; name: string } {
  const [namespace, name] = id.split(":");
  return { namespace: namespace!, name: name! };
}

const textSpec = (id: string, code: string) => ({ kind: "snippet", ...nameOf(id), language: "text", code });

const DOORS = [
  { kind: "listener", namespace: "system", name: "door", port: 0, links: { out: [{ name: "doors", port: "in" }] } },
  {
    kind: "router",
    namespace: "system",
    name: "doors",
    routes: SERVED.map((id, i) => ({ path: `/${nameOf(id).name}`, port: `out[${i}]` })),
    links: Object.fromEntries(SERVED.map((id, i) => [`out[${i}]`, [{ name: nameOf(id).name, port: "in" }]])),
  },
  ...SERVED.map((id) => textSpec(id, "begin")),
];

/** A runtime with its system workflow, and the URL at which it serves. */
interface Target {
  system: SystemWorld;
  door: string;
}

/** Makes random calls, and records them. */
class Clients {
  readonly calls: Call[] = [];
  readonly #random: Random;
  readonly #targets: readonly Target[];
  readonly #writer: Registry;
  readonly #from: number;
  readonly #steps: number;
  #count = 0;

  constructor(random: Random, targets: readonly Target[], writer: Registry, steps: number) {
    this.#steps = steps;
    this.#random = random;
    this.#targets = targets;
    this.#writer = writer;
    this.#from = writer.version.id;
  }

  async run(): Promise<void> {
    await Promise.all(Array.from({ length: CLIENTS }, () => this.#client()));
  }

  async #client(): Promise<void> {
    // a client mostly stays with one runtime
    let runtime = this.#random.below(this.#targets.length);
    while (this.#count++ < this.#steps) {
      if (this.#random.chance(0.05)) runtime = this.#random.below(this.#targets.length);
      await this.#step(runtime);
    }
  }

  async #step(runtime: number): Promise<void> {
    const { system, door } = this.#targets[runtime]!;
    const random = this.#random;
    const value = `${this.#count}`;
    const id = random.pick(IDS);
    const kind = random.next();
    if (kind < 0.3) {
      const field = random.pick(["code", "annotations"] as const);
      const given = field === "code" ? value : { z: value };
      await this.#record(
        { runtime, id, what: { do: "patch", field, value: given } },
        () => system.nodes("PATCH", { ...nameOf(id), [field]: given }),
      );
    } else if (kind < 0.4) {
      const loose = random.pick(LOOSE);
      await this.#record(
        { runtime, id: loose, what: { do: "post", code: value } },
        () => system.nodes("POST", textSpec(loose, value)),
      );
    } else if (kind < 0.48) {
      const loose = random.pick(LOOSE);
      await this.#record(
        { runtime, id: loose, what: { do: "delete", gone: [] } },
        () => system.call("nodes.delete", nameOf(loose)),
        (body) => ({ do: "delete", gone: body }),
      );
    } else if (kind < 0.52) {
      const { version: head } = await this.#writer.head();
      const version = random.int(Math.max(this.#from, head - 5), head);
      await this.#record(
        { runtime, id, what: { do: "rollback", version } },
        () => system.call("versions.rollback", version),
      );
    } else if (kind < 0.57) {
      await this.#record({ runtime: undefined, id, what: { do: "apply", code: value } }, () => this.#apply(id, value));
    } else if (kind < 0.75) {
      await this.#record({ runtime, id, what: { do: "read", digest: "" } }, () => system.nodes("GET"), (body) => ({
        do: "read",
        digest: SerialHistory.digest(IDS, (id) => {
          const { namespace, name } = nameOf(id);
          return body.find((spec: Json) => spec.namespace === namespace && spec.name === name);
        }),
      }));
    } else {
      const served = random.pick(SERVED);
      await this.#record(
        { runtime, id: served, what: { do: "serve", code: "" } },
        () => send(`${door}/${nameOf(served).name}`, "GET"),
        (body) => ({ do: "serve", code: String(body) }),
      );
    }
  }

  /** Applies a file past every runtime, as the command does. */
  async #apply(id: string, code: string): Promise<{ status: number; body: Json }> {
    const file = { name: "flow.yaml", text: JSON.stringify(textSpec(id, code)) };
    await this.#writer.edit(async (head) => {
      const options = { scheme: schemeOf(), evaluate: () => null, registry: head, compiler: LOCAL_COMPILER };
      const { specs } = await readManifest([file], options);
      return changesOf(specs, head);
    });
    return { status: 200, body: null };
  }

  async #record(
    call: Pick<Call, "runtime" | "id" | "what">,
    ask: () => Promise<{ status: number; body: Json }>,
    read: (body: Json) => Call["what"] = () => call.what,
  ): Promise<void> {
    const began = Date.now();
    const { status, body } = await ask();
    const ended = Date.now();
    const refused = status === 400;
    if (!refused) assertEquals(status, 200, `${JSON.stringify(call)}: ${JSON.stringify(body)}`);
    this.calls.push({ ...call, what: refused ? call.what : read(body), began, ended, refused });
  }
}

/** Runs clients against runtimes on stores that share one history, and judges what they saw. */
async function judge(random: Random, stores: readonly Store[], writing: Store, calls: number): Promise<void> {
  const steps = Number(STEPS ?? calls);
  const writer = new Registry(writing.history, { dispatch: "none" });
  const systems: SystemWorld[] = [];
  try {
    systems.push(await SystemWorld.start({ store: stores[0]! }));
    const added = await systems[0]!.nodes("POST", DOORS);
    assertEquals(added.status, 200, JSON.stringify(added.body));
    await writer.load();
    for (const store of stores.slice(1)) systems.push(await SystemWorld.join({ store }));
    const targets = await Promise.all(systems.map(async (system) => ({ system, door: await doorOf(system) })));
    const from = writer.version.id;
    const clients = new Clients(random, targets, writer, steps);
    await clients.run();
    assertEquals(clients.calls.length, steps);
    const { version: head } = await writer.head();
    const history = await SerialHistory.read(writing.history, IDS);
    history.check(clients.calls, from);
    // in the end all hold the same
    await writer.follow();
    for (const { world: { runtime, log } } of systems) {
      await until("the runtime is at head", () => runtime.registry.version.id === head);
      assertEquals(runtime.registry.entries(), writer.entries());
      assertEquals(log.filter((line) => / (warn|error) /.test(line)), []);
    }
  } finally {
    for (const system of systems) await system[Symbol.asyncDispose]();
    await writer.close();
  }
}

/** Finds the listener that serves the specs. */
async function doorOf({ url, callsUrl, world }: SystemWorld): Promise<string> {
  return (await world.runtime.sockets.urls()).find((other) => other !== url && other !== callsUrl)!;
}

seededTest("random calls of 8 clients to one runtime are serial: nothing is lost, nothing is stale", async (random) => {
  const store = await openStore("memory:");
  await judge(random, [store], store, 4_000);
});

seededTest("random calls of 8 clients to two runtimes on one store are serial as well", async (random) => {
  const folder = await Deno.makeTempDir();
  try {
    const [one, two, three] = await Promise.all([1, 2, 3].map(() => openStore(`${folder}/registry.db`)));
    await using writing = three!;
    await judge(random, [one!, two!], writing, 1_000);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
