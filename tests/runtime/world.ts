import {
  changesOf,
  isApplicable,
  loadScheme,
  Logger,
  readManifest,
  Runtime,
  type RuntimeOptions,
} from "../../src/runtime/mod.ts";
import { formatDiagnostic } from "../../src/spec/mod.ts";
import { openStore } from "../../src/store/mod.ts";

/** A runtime in the process of the test: real threads, real sockets. */
export class World implements AsyncDisposable {
  readonly log: string[] = [];

  private constructor(readonly runtime: Runtime, log: string[]) {
    this.log = log;
  }

  /** Starts a runtime with the specs of a YAML text; its listeners are best on port 0. */
  static async start(yaml: string, options: Partial<RuntimeOptions> = {}): Promise<World> {
    const log: string[] = [];
    const scheme = options.scheme ?? await loadScheme({ extensions: options.extensions ?? [] });
    const runtime = await Runtime.start({
      store: await openStore("memory:"),
      logger: new Logger({ level: "debug", write: (line) => log.push(line) }),
      executors: 1,
      ...options,
      scheme,
    });
    const world = new World(runtime, log);
    try {
      await world.apply(yaml);
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
    return world;
  }

  /** Applies the specs of a YAML text. */
  async apply(yaml: string): Promise<void> {
    const { registry, loader } = this.runtime;
    const manifest = readManifest([{ name: "test.yaml", text: yaml }], {
      namespace: this.runtime.namespace,
      scheme: loader.scheme,
      evaluate: () => null,
      registry,
    });
    if (!isApplicable(manifest)) throw new Error(manifest.diagnostics.map(formatDiagnostic).join("\n"));
    await registry.apply(changesOf(manifest.specs, registry));
  }

  /** Sends a request to the only listener. */
  async fetch(path: string, init: RequestInit = {}): Promise<{ status: number; text: string; headers: Headers }> {
    const [url] = await this.runtime.sockets.urls();
    const response = await fetch(new URL(path, url), init);
    return { status: response.status, text: await response.text(), headers: response.headers };
  }

  /** Waits for a log line. */
  async logged(pattern: RegExp, timeout = 10_000): Promise<string> {
    const deadline = performance.now() + timeout;
    for (;;) {
      const line = this.log.find((line) => pattern.test(line));
      if (line !== undefined) return line;
      if (performance.now() > deadline) throw new Error(`no line like ${pattern} in:\n${this.log.join("\n")}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.runtime.close();
  }
}

/** A listener and a router that sends `/name` to the snippet of that name, and the snippets in JavaScript. */
export function snippets(codes: Record<string, string>, fields: Record<string, unknown> = {}): string {
  const names = Object.keys(codes);
  return JSON.stringify([
    { kind: "listener", name: "web", port: 0, links: { out: [{ name: "router", port: "in" }] } },
    {
      kind: "router",
      name: "router",
      routes: names.map((name, i) => ({ path: `/${name}`, port: `out[${i}]` })),
      links: Object.fromEntries(names.map((name, i) => [`out[${i}]`, [{ name, port: "in" }]])),
    },
    ...names.map((name) => ({ kind: "snippet", name, language: "javascript", code: codes[name], ...fields })),
  ]);
}
