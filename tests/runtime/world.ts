import { ThreadCompiler } from "../../src/compiler/mod.ts";
import {
  changesOf,
  isApplicable,
  loadExtensions,
  Logger,
  readManifest,
  Runtime,
  type RuntimeOptions,
  schemeOf,
} from "../../src/runtime/mod.ts";
import { formatDiagnostic } from "../../src/spec/mod.ts";
import { openStore } from "../../src/store/mod.ts";
import { until } from "../support/until.ts";

/** Parses the code of all runtimes of a test file: a thread for each would take a third of the time of most tests. */
const compiler = new ThreadCompiler();
compiler.warm();

/** Options of a runtime, and the modules of its extensions by their URLs. */
export type WorldOptions = Partial<Omit<RuntimeOptions, "extensions">> & { extensions?: readonly string[] };

/** A runtime in the process of the test: real threads, real sockets. */
export class World implements AsyncDisposable {
  readonly log: string[] = [];

  private constructor(readonly runtime: Runtime, log: string[]) {
    this.log = log;
  }

  /** Starts a runtime with the specs of a YAML text; its listeners are best on port 0. */
  static async start(yaml: string, options: WorldOptions = {}): Promise<World> {
    const log: string[] = [];
    const extensions = await loadExtensions(options.extensions ?? []);
    const scheme = options.scheme ?? schemeOf(extensions);
    const runtime = await Runtime.start({
      store: await openStore("memory:"),
      logger: new Logger({ level: "debug", write: (line) => log.push(line) }),
      executors: 1,
      compiler,
      ...options,
      extensions,
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
    const { registry, loader, compiler } = this.runtime;
    const manifest = await readManifest([{ name: "test.yaml", text: yaml }], {
      namespace: this.runtime.namespace,
      scheme: loader.scheme,
      evaluate: () => null,
      registry,
      compiler,
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
  async logged(pattern: RegExp, timeout = 60_000): Promise<string> {
    let line: string | undefined;
    await until(`a line like ${pattern} is logged`, () => {
      line = this.log.find((line) => pattern.test(line));
      return line !== undefined;
    }, timeout).catch(({ message }) => {
      throw new Error(`${message}\n${this.log.join("\n")}`);
    });
    return line!;
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
