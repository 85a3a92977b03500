import { DEFAULT_LIMIT, Guard, type Instance, NodeMaker } from "../executor/mod.ts";
import { type Node, type NodeSymbol, type Process, trace } from "../flow/mod.ts";
import type { Clock, Kind, Random } from "../kind/mod.ts";
import { Realm } from "../language/mod.ts";
import { type Definition, ThreadStatus } from "../protocol/mod.ts";
import type { Logger, NodePool, Runtime } from "../runtime/mod.ts";
import { LimitedProgram } from "./limited_program.ts";
import type { TestClock } from "./test_clock.ts";

/** Options of a local pool. */
export interface LocalPoolOptions {
  readonly kinds: readonly Kind[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The clock of user code. Default the machine's. */
  readonly codeClock?: TestClock | undefined;
}

/** What user code of all tests runs in; made when the first test needs it. */
let machineRealm: Realm | undefined;
/** The same, for tests whose clock is that of user code as well. */
let testRealm: Realm | undefined;
/** The clock of the code that runs in that. */
let currentClock: TestClock | undefined;

/** The guard of code that sees the time of a test. */
class ClockGuard extends Guard {
  readonly #clock: TestClock | undefined;

  constructor(clock: TestClock | undefined) {
    super(new ThreadStatus());
    this.#clock = clock;
  }

  override enter(symbol: { number: number; limit: number }, process: number): void {
    currentClock = this.#clock;
    super.enter(symbol, process);
  }
}

/** Runs the nodes of executors on the thread of the runtime. */
export class LocalPool implements NodePool {
  readonly node: Node = {
    receive(packet) {
      throw new Error(`${packet.port!.symbol.name} is not prepared`);
    },
  };
  readonly #maker: NodeMaker;
  readonly #defined = new Map<number, { readonly symbol: NodeSymbol; readonly definition: Definition }>();
  readonly #instances = new Map<number, Instance>();
  /** The child processes that nodes have opened, by their numbers. */
  readonly #children = new Map<number, Process>();

  /** The number of the last child process; they count down from zero. */
  #opened = 0;

  constructor(runtime: Runtime, { kinds, clock, random, logger, codeClock }: LocalPoolOptions) {
    const { flow, processes, metrics } = runtime;
    const stopped = (error: Error) => {
      const packet = flow.current;
      if (packet === null) return;
      trace(packet, error);
      flow.abort(packet.process, error);
    };
    this.#maker = new NodeMaker({
      kinds,
      get realm() {
        if (codeClock === undefined) return machineRealm ??= new Realm();
        currentClock ??= codeClock; // the realm asks for the time while it is made
        return testRealm ??= new Realm(() => currentClock!.now());
      },
      guard: new ClockGuard(codeClock),
      around: (program, symbol) =>
        new LimitedProgram(program, symbol.name, () => symbol.limit || DEFAULT_LIMIT, stopped),
      flow,
      clock,
      random,
      waitClock: codeClock ?? {
        now: () => performance.now(),
        setTimeout: (task, ms) => setTimeout(task, ms),
        clearTimeout: (timer) => clearTimeout(timer as number),
      },
      addTask: (task) => task.run(),
      log: (number, symbol, level, text) => {
        const process = this.#children.get(number) ?? processes.list().find((open) => open.number === number);
        logger.log(level, text, {
          node: this.#nameOf(symbol),
          ...process !== undefined && { process: processes.idOf(process.root) },
        });
      },
      // a workflow in a test logs what its nodes log
      handled: () => {},
      measure: (symbol, type, name, value) => metrics.record(this.#nameOf(symbol), type, name, value),
      fork: (packet) => {
        const child = flow.fork(packet, --this.#opened);
        this.#children.set(child.number, child);
        return child;
      },
    });
  }

  define(symbols: Parameters<NodePool["define"]>[0]): void {
    for (const { symbol, definition } of symbols) this.#defined.set(symbol.number, { symbol, definition });
  }

  async prepare(number: number): Promise<void> {
    const { symbol, definition } = this.#defined.get(number)!;
    const made = this.#maker.make(symbol, definition);
    const instance = made instanceof Promise ? await made : made;
    this.#instances.set(number, instance);
    symbol.node = instance.node;
    for (const program of instance.programs) program.start();
  }

  free(numbers: readonly number[]): void {
    for (const number of numbers) {
      void this.#instances.get(number)?.release?.();
      this.#instances.delete(number);
      this.#defined.delete(number);
    }
  }

  status(): ReturnType<NodePool["status"]> {
    return { executors: [], deaths: [], restarts: {} as ReturnType<NodePool["status"]>["restarts"] };
  }

  ending(process: Process): undefined {
    // exit hooks may still log
    if (this.#children.has(process.number)) void process.ended.then(() => this.#children.delete(process.number));
  }

  // the symbols of the runtime are used as they are, so there is nothing to start or link

  start(): Promise<void> {
    return Promise.resolve();
  }

  link(): void {}

  renew(): Promise<void> {
    return Promise.reject(new Error("a test cannot replace the kinds of a workflow"));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #nameOf(symbol: number): string {
    return this.#defined.get(symbol)?.symbol.name ?? String(symbol);
  }
}
