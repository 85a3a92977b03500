import type { Call, Clock, Reply } from "@weft/weft/kind";
import { NodeSymbol, type OutPort, type Packet } from "../flow/mod.ts";
import { type Failure, failure, isError, NONE, type Value } from "../value/mod.ts";

/** How many items are run in a row, and for how long in milliseconds, before other packets get their turn. */
const STRETCH = { items: 1_000, time: 10 };

/** Runs the code of a node on one item. */
export type RunItem = (call: Call, item: Value) => Value | Promise<Value>;

/** What is left to do of a list. */
interface Task {
  readonly call: Call;
  readonly items: readonly Value[];
  readonly results: Value[];
  error?: Failure;
}

/**
 * Runs the code of a node on the items of a list, a stretch at a time. Each further stretch is a packet of its own, to a
 * symbol that stands for the node: user code is entered in turns that have a time limit only, and never from a promise.
 */
export class ItemRunner {
  readonly #run: RunItem;
  readonly #clock: Clock;
  #again: OutPort | undefined;

  constructor(run: RunItem, clock: Clock) {
    this.#run = run;
    this.#clock = clock;
  }

  /**
   * Runs the code on each item.
   *
   * @param then Receives the results, in the order of the items, or the first error of an item.
   */
  run(call: Call, items: readonly Value[], then: (call: Call, results: readonly Value[] | Error) => Reply): Reply {
    const task: Task = { call, items, results: [] };
    const goOn = (call: Call): Reply => {
      if (task.error !== undefined) return then(call, task.error);
      if (task.results.length === items.length) return then(call, task.results);
      // the payload of a packet that never leaves this node
      return call.send(
        this.#port(call),
        task as unknown as Value,
        (again, answer) => isError(answer) ? then(again, answer) : goOn(again),
      );
    };
    const waiting = this.#stretch(task);
    return waiting === undefined ? goOn(call) : waiting.then(() => goOn(call) as Awaited<Reply>);
  }

  /** Runs a stretch. @returns A promise if an item waits. */
  #stretch(task: Task): Promise<void> | undefined {
    const { call, items, results } = task;
    const began = this.#clock.now();
    for (let count = 1; results.length < items.length && task.error === undefined; count++) {
      const result = this.#run(call, items[results.length]!);
      if (result instanceof Promise) return result.then((settled) => this.#add(task, settled));
      this.#add(task, result);
      if (count >= STRETCH.items || this.#clock.now() - began >= STRETCH.time) return undefined;
    }
    return undefined;
  }

  #add(task: Task, result: Value): void {
    if (isError(result)) task.error = itemError(result, task.results.length);
    else task.results.push(result);
  }

  /** Returns the port that leads to the symbol that stands for the node. */
  #port(call: Call): OutPort {
    const { symbol } = (call as Packet).port!;
    if (this.#again !== undefined) return this.#again;
    const { number, id, name, kind } = symbol;
    const again = new NodeSymbol({ number, id, name, kind, ins: ["items"] });
    again.limit = symbol.limit;
    again.node = {
      receive: (packet) => {
        const waiting = this.#stretch(packet.payload as unknown as Task);
        return waiting === undefined ? NONE : waiting.then(() => NONE);
      },
    };
    const port = again.out("items");
    port.link(0, [again.in("items")!]);
    return this.#again = port;
  }
}

/** Returns the error of an item, with its index. */
function itemError(error: Failure, index: number): Failure {
  const { code, details, position } = error;
  return failure<string>(`item ${index}: ${error.message}`, {
    ...code !== undefined && { code },
    ...details !== undefined && { details },
    ...position !== undefined && { position },
    cause: error,
  });
}
