import type { ExecutorWarden } from "../../pool/mod.ts";

type NewExecutor = ReturnType<ExecutorWarden["create"]>;

/** The interval at which executors are looked at, in milliseconds: a call that is seen twice is a long one. */
const LOOK = 25;

/** An executor as it is seen: its status, and the call that it was in at the last look. */
interface Seen {
  readonly status: NewExecutor["status"];
  sequence: number;
}

/**
 * Tells which nodes executors have been in for long, whenever that changes. Threads that abort take the program with
 * them, and what they were in has to be known elsewhere by then. Short calls, which are most, cost nothing.
 */
export class LongCalls implements ExecutorWarden {
  readonly #warden: ExecutorWarden;
  readonly #tell: (symbols: readonly number[]) => void;
  readonly #seen = new Map<number, Seen>();
  readonly #timer: ReturnType<typeof setInterval>;
  #told = "";

  /**
   * @param warden Spawns the executors.
   * @param tell Receives the numbers of the symbols in whose code executors are.
   */
  constructor(warden: ExecutorWarden, tell: (symbols: readonly number[]) => void) {
    this.#warden = warden;
    this.#tell = tell;
    this.#timer = setInterval(() => this.#look(), LOOK);
    Deno.unrefTimer(this.#timer as unknown as number);
    warden.attach({ died: ({ id }) => void this.#seen.delete(id), lost: () => this.#seen.clear() });
  }

  get failed(): Promise<never> {
    return this.#warden.failed;
  }

  attach(client: Parameters<ExecutorWarden["attach"]>[0]): void {
    this.#warden.attach(client);
  }

  create(options: Parameters<ExecutorWarden["create"]>[0]): NewExecutor {
    const executor = this.#warden.create(options);
    this.#seen.set(options.id, { status: executor.status, sequence: -1 });
    return executor;
  }

  kill(id: number, why: string): void {
    this.#warden.kill(id, why);
  }

  close(): Promise<void> {
    clearInterval(this.#timer);
    return this.#warden.close();
  }

  #look(): void {
    const symbols: number[] = [];
    for (const seen of this.#seen.values()) {
      const { busy, sequence, symbol } = seen.status.read();
      if (busy && sequence === seen.sequence) symbols.push(symbol);
      seen.sequence = sequence;
    }
    const told = symbols.join();
    if (told === this.#told) return;
    this.#told = told;
    this.#tell(symbols);
  }
}
