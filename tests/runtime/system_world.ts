import { World, type WorldOptions } from "./world.ts";

/** `examples/system.yaml` on a free port. */
async function systemWorkflow(): Promise<string> {
  const text = await Deno.readTextFile(new URL("../../examples/system.yaml", import.meta.url));
  return text.replace("port: 8000", "port: 0");
}

/** A listener of its own for the calls that the document's workflow does not have. */
const CALLS = [
  "nodes.delete",
  "versions.read",
  "versions.rollback",
  "processes.read",
  "symbols.read",
  "executors.read",
];
const MORE = JSON.stringify([
  { kind: "listener", name: "calls", port: 0, links: { out: [{ name: "calls_router", port: "in" }] } },
  {
    kind: "router",
    name: "calls_router",
    routes: CALLS.map((name, i) => ({ path: `/${name}`, port: `out[${i}]` })),
    links: Object.fromEntries(CALLS.map((name, i) => [`out[${i}]`, [{ name: `call_${name}`, port: "in" }]])),
  },
  ...CALLS.map((name) => ({
    kind: "block",
    name: `call_${name}`,
    specs: [
      { kind: "snippet", language: "cel", code: "has(self.body) ? self.body : null" },
      { kind: "syscall", opcode: name },
    ],
  })),
]);

// deno-lint-ignore no-explicit-any -- a parsed answer, looked into freely
export type Json = any;

/** A runtime of the system workflow, and its API. */
export class SystemWorld implements AsyncDisposable {
  private constructor(readonly world: World, readonly url: string, readonly callsUrl: string) {}

  static async start(options: WorldOptions = {}): Promise<SystemWorld> {
    const world = await World.start(await systemWorkflow(), { namespace: "system", ...options });
    const [url] = await world.runtime.sockets.urls();
    await world.apply(MORE);
    const callsUrl = (await world.runtime.sockets.urls()).find((other) => other !== url)!;
    return new SystemWorld(world, url!, callsUrl);
  }

  /** Starts another runtime of the system workflow on a store that has it. */
  static async join(options: WorldOptions): Promise<SystemWorld> {
    const world = await World.start("[]", { namespace: "system", ...options });
    const urls = await world.runtime.sockets.urls();
    const answering = async (path: string) => {
      const found = await Promise.all(urls.map(async (url) => (await send(`${url}${path}`, "GET")).status === 200));
      return urls[found.indexOf(true)]!;
    };
    return new SystemWorld(world, await answering("/v1/nodes"), await answering("/versions.read"));
  }

  /** Sends a request to `/v1/nodes`. */
  async nodes(method: string, body?: unknown): Promise<{ status: number; body: Json }> {
    return await send(`${this.url}/v1/nodes`, method, body === undefined ? undefined : JSON.stringify(body));
  }

  async call(name: string, body?: unknown): Promise<{ status: number; body: Json }> {
    return await send(`${this.callsUrl}/${name}`, "POST", body === undefined ? undefined : JSON.stringify(body));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.world[Symbol.asyncDispose]();
  }
}

/** Sends a request. @returns Its status and its body, parsed if it is JSON. */
export async function send(url: string, method: string, body?: string): Promise<{ status: number; body: Json }> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method, headers, ...body !== undefined && { body } });
  const text = await response.text();
  try {
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  } catch {
    return { status: response.status, body: text };
  }
}
