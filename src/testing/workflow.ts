import { NodeSymbol, OutPort, type Packet } from "../flow/mod.ts";
import type { Kind, RunOptions } from "../kind/mod.ts";
import { evaluateTemplate } from "../language/mod.ts";
import { Frames } from "../kinds/mod.ts";
import { change } from "../registry/mod.ts";
import {
  type Interceptor,
  loadExtensions,
  Logger,
  run,
  Runtime,
  type RuntimeOptions,
  schemeOf,
} from "../runtime/mod.ts";
import { type Evaluate, nearest, normalizePort, Scheme } from "../spec/mod.ts";
import { openStore } from "../store/mod.ts";
import { type Answer, asError, type Value, type ValueMap } from "../value/mod.ts";
import { LOCAL_COMPILER } from "./local_compiler.ts";
import { LocalPool } from "./local_pool.ts";
import { type LogLine, readLogLine } from "./log_line.ts";
import { answerOf, type Mock, type TestCall } from "./mock.ts";
import { seededRandom } from "./seeded_random.ts";
import { runSuite, type SuiteResult, suitesOf } from "./suites.ts";
import { TestClock } from "./test_clock.ts";
import { testKind } from "./test_kinds.ts";
import { readTestSpecs, type Specs } from "./test_specs.ts";

/** Options of a workflow under test. */
export interface WorkflowOptions {
  /** Kinds beside the built-in ones. */
  readonly kinds?: readonly Kind[] | undefined;
  /** What takes the place of host nodes, by their names. */
  readonly mocks?: Readonly<Record<string, Mock>> | undefined;
  /** The names of the host nodes that may run although they have effects; true for all. Default none. */
  readonly allow?: readonly string[] | true | undefined;
  /** The variables that templates see and kinds may read. Default none. */
  readonly env?: ValueMap | undefined;
  /** The private addresses that nodes may connect to, as in `start --allow-private`. Default none. */
  readonly allowPrivate?: readonly string[] | undefined;
  /** The folders whose files nodes may use, as in `start --allow-files`. Default none. */
  readonly allowFiles?: readonly string[] | undefined;
  /** The clock of kinds. User code has the machine's. Default a new `TestClock`. */
  readonly clock?: TestClock | undefined;
  /** The seed of the random values of kinds. Default 1. */
  readonly seed?: number | undefined;
  /**
   * Whether executors run on threads, as they do in the engine, with time limits. Such nodes have the machine's clock,
   * `path` shows only the nodes of the host, and kinds of executors come from `extensions`. Default false.
   */
  readonly threads?: boolean | undefined;
  /** URLs of modules with kinds; with `threads`, executors import them. */
  readonly extensions?: readonly string[] | undefined;
}

/**
 * Starts specs: links them as the engine does, and runs them on this thread.
 *
 * Host nodes with effects do not run unless they are allowed: each is mocked, or a call of it is an error that `send` and
 * `run` throw. Sources do not watch anything unless they are allowed; `run` does what one does.
 *
 * @param specs YAML text, or a list of specs as objects.
 * @throws {SpecsError} If a spec is invalid, as `weft check` says it.
 * @throws {Error} If a spec cannot be prepared, or no executor can be started.
 *
 * @example
 * ```ts
 * import { startWorkflow } from "@weft/weft/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using workflow = await startWorkflow(`
 * - { kind: if, name: adult, when: self.age >= 18, links: { "out[0]": [{ name: yes, port: in }] } }
 * - { kind: snippet, name: yes, language: cel, code: '"welcome, " + self.name' }
 * `);
 * assertEquals(await workflow.send("adult.in", { name: "Ada", age: 36 }), "welcome, Ada");
 * assertEquals(workflow.path, ["adult.in", "adult.out[0]", "yes.in"]);
 * ```
 */
export async function startWorkflow(specs: Specs, options: WorkflowOptions = {}): Promise<TestWorkflow> {
  return await TestWorkflow.start(specs, options);
}

/** A workflow under test. */
export class TestWorkflow implements AsyncDisposable {
  /** The calls of host nodes, in their order. */
  readonly calls: TestCall[] = [];
  /** The ports that packets took, in order: `router.in`, `router.out[0]`, `hello.in`. */
  readonly path: string[] = [];
  /** The lines of the log. */
  readonly log: LogLine[] = [];
  /** The clock of kinds. */
  readonly clock: TestClock;
  readonly #options: WorkflowOptions;
  readonly #rejected: Error[] = [];
  readonly #frames = new Frames();
  readonly #scheme: Scheme<Kind>;
  #runtime!: Runtime;

  private constructor(options: WorkflowOptions, known: Scheme<Kind>) {
    this.#options = options;
    this.clock = options.clock ?? new TestClock();
    const { mocks = {}, allow = [] } = options;
    this.#scheme = new Scheme(
      [...known, ...options.kinds ?? []].map((kind) =>
        testKind(kind, {
          isMocked: (node) => Object.hasOwn(mocks, node),
          isAllowed: (node) => !Object.hasOwn(mocks, node) && (allow === true || allow.includes(node)),
          frames: this.#frames,
          received: (packet) => this.#received(packet),
          rejected: (error) => this.#rejected.push(error),
        })
      ),
      known.dataKinds,
    );
  }

  /** See `startWorkflow`. */
  static async start(specs: Specs, options: WorkflowOptions): Promise<TestWorkflow> {
    const { threads = false, env = {}, seed = 1 } = options;
    const local = threads ? options.kinds?.find(({ place, prepare }) => prepare && place !== "host") : undefined;
    if (local !== undefined) {
      throw new Error(`kind ${local.name} runs on executors: with threads, give the URL of its module in extensions`);
    }
    const extensions = await loadExtensions(options.extensions ?? []);
    const workflow = new TestWorkflow(options, schemeOf(extensions));
    const { clock } = workflow;
    const scheme = workflow.#scheme;
    const random = seededRandom(seed);
    const logger = new Logger({
      level: "debug",
      format: "json",
      write: (line) => workflow.log.push(readLogLine(line)),
    });
    const place: Partial<RuntimeOptions> = threads ? { executors: 1, extensions } : {
      pool: (runtime) => new LocalPool(runtime, { kinds: [...scheme], clock, random, logger }),
      compiler: LOCAL_COMPILER,
    };
    workflow.#runtime = await Runtime.start({
      store: await openStore("memory:"),
      scheme,
      logger,
      env,
      clock,
      random,
      ...options.allowFiles !== undefined && { allowFiles: options.allowFiles },
      ...options.allowPrivate !== undefined && { allowPrivate: options.allowPrivate },
      interceptors: () => [workflow.#interceptor],
      ...place,
    });
    try {
      await workflow.apply(specs);
      workflow.#checkMocks();
      return workflow;
    } catch (error) {
      await workflow.#runtime.close();
      throw error;
    }
  }

  /**
   * Adds specs, and replaces those of the same names, as `weft apply` does to a running engine.
   *
   * @throws {Error} As `startWorkflow` does; everything stays as it was.
   */
  async apply(specs: Specs): Promise<void> {
    const { registry } = this.#runtime;
    const evaluate: Evaluate = (expression, _, variables) =>
      evaluateTemplate(expression, this.#options.env ?? {}, variables);
    const changes = await readTestSpecs(specs, { scheme: this.#scheme, registry, evaluate });
    try {
      await registry.apply(changes);
    } catch (thrown) {
      const { code, cause } = asError(thrown);
      // which handler rejected the change does not matter to a test, only why
      throw code === "rejected" && cause !== undefined ? cause : thrown;
    }
  }

  /** Deletes a spec: its node is unloaded, and released once no process can reach it. */
  async delete(name: string): Promise<void> {
    const { registry, namespace } = this.#runtime;
    await registry.apply([change.delete({ namespace, name })]);
  }

  /**
   * Sends a payload to a port of a node, in a process of its own, and waits for its end.
   *
   * @param to The node and its in port: `router.in`.
   * @returns The answer; an error of the workflow is returned, not thrown.
   * @throws {Error} If there is no such port, or a node with effects was called that is neither mocked nor allowed.
   */
  async send(to: string, payload: Value, options?: RunOptions): Promise<Answer> {
    const { node, port } = split(to);
    const targets = this.#runtime.loader.table.ports(node, port);
    if (targets.length === 0) throw this.#unknown(node, `unknown in port "${port}" of ${node}`);
    const start = new OutPort(TEST, "out");
    start.link(0, targets);
    return await this.#run(start, payload, options);
  }

  /**
   * Sends a payload from an out port of a node, in a process of its own, as a source does.
   *
   * @param from The node and its out port: `web.out`.
   * @returns The answer; an error of the workflow is returned, not thrown. `NONE` if the port is not linked.
   * @throws {Error} As `send` does.
   */
  async run(from: string, payload: Value, options?: RunOptions): Promise<Answer> {
    const { node, port } = split(from);
    const { table } = this.#runtime.loader;
    const symbol = (table.named(node) ?? table.get(node))?.nodes[0]?.symbol;
    const name = symbol && normalizePort(port, this.#scheme.get(symbol.kind)!.ports.out);
    const out = name === undefined ? undefined : symbol?.out(name);
    if (out === undefined) throw this.#unknown(node, `unknown out port "${port}" of ${node}`);
    return await this.#run(out, payload, options);
  }

  /** The names of the specs of kind `test`, or the ids of those without a name, sorted. */
  get suites(): string[] {
    return suitesOf(this.#runtime.loader.table);
  }

  /**
   * Runs a spec of kind `test`.
   *
   * @param name Its name, or its id.
   * @returns How it has gone; also if a node with effects was called that is neither mocked nor allowed.
   * @throws {Error} If there is no such spec.
   */
  async runSuite(name: string, options?: RunOptions): Promise<SuiteResult> {
    const { flow, processes, loader } = this.#runtime;
    const result = await runSuite({ flow, processes, table: loader.table, frames: this.#frames }, name, options);
    const [error] = this.#rejected.splice(0);
    return error === undefined ? result : { ...result, error };
  }

  /** Returns the payloads of the calls of a host node. */
  callsOf(node: string): Value[] {
    return this.calls.filter((call) => call.node === node).map(({ payload }) => payload);
  }

  /**
   * Returns what a node has counted and measured, by name: the sum of a counter, or of the measurements. Labels stand behind
   * the name, in their alphabetical order: `orders{shop="a",status="paid"}`.
   */
  metricsOf(node: string): Record<string, number> {
    const series = [...this.#runtime.metrics.series].filter((series) => series.node === node);
    const labelled = (labels: Readonly<Record<string, string>>) =>
      `{${Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(",")}}`;
    return Object.fromEntries(series.map(({ name, labels, sum }) => [name + (labels ? labelled(labels) : ""), sum]));
  }

  /** Returns the URLs of the listeners that are allowed. */
  async urls(): Promise<string[]> {
    return await this.#runtime.sockets.urls();
  }

  /**
   * Ends all processes, unloads and releases all nodes.
   *
   * @throws {Error} If a source or a link has called a node with effects that is neither mocked nor allowed.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runtime.close();
    this.#throwRejected();
  }

  readonly #interceptor: Interceptor = async (call, next) => {
    const { node, kind, port, payload, address } = call;
    const made: TestCall = { node, kind, port, payload, address };
    this.calls.push(made);
    const { mocks = {} } = this.#options;
    if (!Object.hasOwn(mocks, node)) return await next(payload);
    return await answerOf(mocks[node]!, made, this.#scheme.get(kind)!.ports.out);
  };

  /** Checks that there is a host node for each mock. @throws {Error} If there is none. */
  #checkMocks(): void {
    const nodes = [...this.#runtime.loader.table.units()].flatMap(({ unit }) => unit.nodes);
    const onHost = nodes.filter(({ symbol }) => this.#scheme.get(symbol.kind)?.place === "host");
    for (const name of Object.keys(this.#options.mocks ?? {})) {
      if (onHost.some(({ symbol }) => symbol.name === name)) continue;
      const node = nodes.find(({ symbol }) => symbol.name === name)?.symbol;
      if (node !== undefined) throw new Error(`invalid mock of ${name}: ${node.kind} is not a kind of the host`);
      throw this.#unknown(name, "");
    }
  }

  async #run(port: OutPort, payload: Value, options: RunOptions | undefined): Promise<Answer> {
    const { flow, processes } = this.#runtime;
    const answer = await run({ flow, processes, failed: () => {} }, port, payload, options);
    this.#throwRejected();
    return answer;
  }

  #throwRejected(): void {
    const [rejected] = this.#rejected.splice(0);
    if (rejected !== undefined) throw rejected;
  }

  #received(packet: Packet): void {
    const { via, port } = packet;
    if (via !== null && via.symbol !== TEST) this.path.push(`${via.symbol.name}.${via.name}`);
    this.path.push(`${port!.symbol.name}.${port!.name}`);
    this.#frames.record(packet);
  }

  /** Returns the error that a node or its port is unknown. */
  #unknown(name: string, message: string): Error {
    const nodes = [...this.#runtime.loader.table.units()].flatMap(({ unit }) => [
      unit.spec.name ?? unit.spec.id,
      ...unit.nodes.map(({ symbol }) => symbol.name),
    ]);
    if (nodes.includes(name)) return new Error(message);
    const meant = nearest(name, nodes);
    return new Error(`unknown node "${name}"${meant === undefined ? "" : `; did you mean "${meant}"?`}`);
  }
}

/** Where the packets of a test come from. */
const TEST = new NodeSymbol({ number: 0, id: "test", name: "test", kind: "test", ins: [] });

/** Splits `router.out[0]` into the node and the port. */
function split(text: string): { node: string; port: string } {
  const at = text.lastIndexOf(".");
  if (at < 1) throw new Error(`invalid port "${text}": expected NODE.PORT such as router.in`);
  return { node: text.slice(0, at), port: text.slice(at + 1) };
}
