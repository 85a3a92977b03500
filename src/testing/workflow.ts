import { NodeSymbol, OutPort, type Packet } from "../flow/mod.ts";
import type { Kind, RunOptions } from "../kind/mod.ts";
import { Frames } from "../kinds/mod.ts";
import { evaluateTemplate, platformWork } from "../language/mod.ts";
import { change } from "../registry/mod.ts";
import {
  HOST_CLOCK,
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
import { HostWork, untilDone } from "./host_work.ts";
import { LOCAL_COMPILER } from "./local_compiler.ts";
import { LocalPool } from "./local_pool.ts";
import { LocalSockets } from "./local_sockets.ts";
import { type LogLine, readLogLine } from "./log_line.ts";
import { answerOf, type Mock, type TestCall } from "./mock.ts";
import { seededRandom } from "./seeded_random.ts";
import { splitPort } from "./split_port.ts";
import { runSuite, type SuiteResult, suitesOf } from "./suites.ts";
import { processClockOf, TestClock } from "./test_clock.ts";
import { linksOf, type TestLink } from "./test_links.ts";
import { testKind, type TestKindOptions } from "./test_kinds.ts";
import { type ReadTestSpecs, readTestSpecs, type Specs } from "./test_specs.ts";
import type { Received, WorkflowSetup } from "./workflow_setup.ts";

/** Options of a workflow under test. */
export interface WorkflowOptions {
  /** Kinds beside the built-in ones. */
  readonly kinds?: readonly Kind[] | undefined;
  /** What takes the place of nodes, by their names; with `threads`, of host nodes only. */
  readonly mocks?: Readonly<Record<string, Mock>> | undefined;
  /**
   * The names of the nodes, or of kinds of nodes, that may reach outside and have effects there; true for all. Default
   * none.
   */
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
  /**
   * The packets that nodes have received, in order.
   *
   * @internal
   */
  readonly received: Received[] = [];
  /** The lines of the log. */
  readonly log: LogLine[] = [];
  /** The clock of kinds. */
  readonly clock: TestClock;
  readonly #options: WorkflowOptions;
  readonly #setup: WorkflowSetup;
  readonly #rejected: Error[] = [];
  readonly #scheme: Scheme<Kind>;
  readonly #work = new HostWork();
  readonly #frames = new Frames();
  /** The ids of the nodes that may reach outside. */
  readonly #allowed = new Set<string>();
  readonly #sockets = new LocalSockets((owner) => this.#allowed.has(owner));
  #runtime!: Runtime;

  private constructor(options: WorkflowOptions, setup: WorkflowSetup, known: Scheme<Kind>) {
    this.#options = options;
    this.#setup = setup;
    this.clock = options.clock ?? new TestClock();
    const { mocks = {}, allow = [] } = options;
    const under: TestKindOptions = {
      isMocked: (node) => Object.hasOwn(mocks, node),
      isAllowed: (node, kind) => allow === true || allow.includes(node) || allow.includes(kind),
      answer: (call) => this.#answer(call),
      preparing: ({ id }, isAllowed) => void (isAllowed && this.#allowed.add(id)),
      frames: this.#frames,
      received: (packet) => this.#received(packet),
      rejected: (error, call) => {
        if (setup.rejected === undefined) this.#rejected.push(error);
        else setup.rejected(error, call);
      },
      work: this.#work,
    };
    const kinds = [...known, ...options.kinds ?? []];
    this.#scheme = new Scheme(kinds.map((kind) => testKind(kind, under)), known.dataKinds);
  }

  /** See `startWorkflow`. */
  static async start(
    specs: Specs | ReadTestSpecs,
    options: WorkflowOptions,
    setup: WorkflowSetup = {},
  ): Promise<TestWorkflow> {
    const { threads = false, env = {}, seed = 1 } = options;
    const local = threads ? options.kinds?.find(({ place, prepare }) => prepare && place !== "host") : undefined;
    if (local !== undefined) {
      throw new Error(`kind ${local.name} runs on executors: with threads, give the URL of its module in extensions`);
    }
    const extensions = await loadExtensions(options.extensions ?? []);
    const workflow = new TestWorkflow(options, setup, setup.scheme ?? schemeOf(extensions));
    const { clock } = workflow;
    const scheme = workflow.#scheme;
    const random = seededRandom(seed);
    const logger = new Logger({
      level: "debug",
      format: "json",
      write: (line) => workflow.log.push(readLogLine(line)),
    });
    const { codeClock, machineTime = false, namespace, secrets } = setup;
    const time = machineTime ? {} : { clock };
    const sockets = workflow.#sockets;
    const pool = (runtime: Runtime) =>
      new LocalPool(runtime, {
        kinds: [...scheme],
        clock: machineTime ? HOST_CLOCK : clock,
        random,
        logger,
        codeClock,
      });
    const processClock = codeClock && processClockOf(codeClock);
    const place: Partial<RuntimeOptions> = threads ? { executors: 1, extensions, surroundings: { sockets } } : {
      surroundings: { pool, sockets, ...processClock && { processClock } },
      compiler: setup.compiler ?? LOCAL_COMPILER,
    };
    workflow.#runtime = await Runtime.start({
      store: await openStore("memory:"),
      scheme,
      logger,
      env,
      random,
      ...time,
      ...namespace !== undefined && { namespace },
      ...secrets !== undefined && { secrets },
      ...options.allowFiles !== undefined && { allowFiles: options.allowFiles },
      ...options.allowPrivate !== undefined && { allowPrivate: options.allowPrivate },
      interceptors: () => [workflow.#interceptor],
      ...place,
    });
    try {
      await workflow.#apply(specs);
      if (setup.checksMocks !== false) workflow.#checkMocks();
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
  apply(specs: Specs): Promise<void> {
    return this.#apply(specs);
  }

  async #apply(specs: Specs | ReadTestSpecs): Promise<void> {
    const { registry, namespace } = this.#runtime;
    const evaluate: Evaluate = (expression, _, variables) =>
      evaluateTemplate(expression, this.#options.env ?? {}, variables);
    const changes = await readTestSpecs(specs, { scheme: this.#scheme, registry, evaluate, namespace });
    try {
      await registry.apply(changes);
    } catch (thrown) {
      const { code, cause } = asError(thrown); // which handler rejected the change does not matter to a test, only why
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
    const { node, port } = splitPort(to);
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
    const { node, port } = splitPort(from);
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
   * @returns How it has gone; also if a node was called that is neither mocked nor allowed.
   * @throws {Error} If there is no such spec.
   */
  async runSuite(name: string, options?: RunOptions): Promise<SuiteResult> {
    const { flow, processes, loader } = this.#runtime;
    const result = await runSuite({ flow, processes, table: loader.table, frames: this.#frames }, name, options);
    const [error] = this.#rejected.splice(0);
    return error === undefined ? result : { ...result, error };
  }

  /**
   * Hands a request to a listener, as if a client had sent it.
   *
   * @param listener The name of the node.
   * @param from The address that the request comes from. Default 127.0.0.1.
   * @throws {Error} If there is no such listener, or a node was called that is neither mocked nor allowed.
   */
  async request(
    listener: string,
    path: string,
    init: RequestInit = {},
    from = "127.0.0.1",
  ): Promise<Response> {
    const symbol = this.#nodes().find(({ symbol }) => symbol.name === listener)?.symbol;
    if (symbol === undefined) throw this.#unknown(listener, "");
    const found = this.#sockets.listener(symbol.id);
    if (found === undefined) throw new Error(`${listener} takes no requests: it is a ${symbol.kind}`);
    const headers = new Headers(init.headers);
    if (!headers.has("host")) headers.set("host", found.host);
    const url = `http://${headers.get("host")}${path.startsWith("/") ? "" : "/"}${path}`;
    const request = new Request(url, { ...init, headers });
    const remoteAddr = { transport: "tcp", hostname: from, port: 50_000 } as const;
    const response = await found.handler(request, { remoteAddr, completed: Promise.resolve() });
    this.#throwRejected();
    return response;
  }

  /**
   * Waits for something, and moves the clock whenever nothing else is left to do.
   *
   * @param isDone Reports whether it has come.
   * @param signal Ends the wait.
   * @param end The time that the clock does not pass: when nothing is left to do before it, the wait is over.
   * @internal
   */
  async until(isDone: () => boolean, signal: AbortSignal, end = Infinity): Promise<void> {
    const { processes } = this.#runtime;
    // what a process has to commit at its end is work as well
    const isBusy = () =>
      this.#work.isBusy || platformWork() > 0 || processes.list().some(({ status }) => status === "ending");
    await untilDone(this.clock, { isDone, isBusy, signal, end });
  }

  /** How many processes are open. @internal */
  get open(): number {
    return this.#runtime.processes.size;
  }

  /** Returns the time that nodes see, in milliseconds since 1970. @internal */
  now(): number {
    return this.#setup.machineTime === true ? Date.now() : this.clock.now();
  }

  /**
   * Returns the fields of a node.
   *
   * @throws {Error} If there is no such node.
   * @internal
   */
  fieldsOf(name: string): ValueMap {
    const node = this.#nodes().find(({ symbol }) => symbol.name === name);
    if (node === undefined) throw this.#unknown(name, `${name} is made of several nodes`);
    return node.flat.fields;
  }

  /** Returns the nodes of all specs. */
  #nodes(): readonly { readonly symbol: NodeSymbol; readonly flat: { readonly fields: ValueMap } }[] {
    return [...this.#runtime.loader.table.units()].flatMap(({ unit }) => unit.nodes);
  }

  /**
   * Returns the links between nodes.
   *
   * @internal
   */
  links(): TestLink[] {
    return linksOf(this.#runtime.loader.table);
  }

  /** Returns the payloads of the calls of a node of the host. */
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
    return Object.hasOwn(this.#options.mocks ?? {}, node) ? await this.#answer(made) : await next(payload);
  };

  /** Returns what the mock of a node makes of a call. */
  async #answer(call: TestCall): Promise<{ port: string | null; payload: Answer }> {
    return await answerOf(this.#options.mocks![call.node]!, call, this.#scheme.get(call.kind)!.ports.out);
  }

  /** Checks that there is a node for each mock. @throws {Error} If there is none. */
  #checkMocks(): void {
    const nodes = this.#nodes();
    for (const name of Object.keys(this.#options.mocks ?? {})) {
      const node = nodes.find(({ symbol }) => symbol.name === name)?.symbol;
      if (node === undefined) throw this.#unknown(name, `invalid mock of ${name}: mock the nodes that it is made of`);
      if (this.#options.threads !== true || this.#scheme.get(node.kind)?.place === "host") continue;
      throw new Error(`invalid mock of ${name}: ${node.kind} is not a kind of the host`);
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
    const { via, port, payload } = packet;
    const from = via !== null && via.symbol !== TEST ? `${via.symbol.name}.${via.name}` : undefined;
    const to = `${port!.symbol.name}.${port!.name}`;
    if (from !== undefined) this.path.push(from);
    this.path.push(to);
    this.received.push({ to, from, payload });
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
