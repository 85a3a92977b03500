interface Timer {
  id: number;
  at: number;
  /** Repeats after so many milliseconds; undefined: runs once. */
  every: number | undefined;
  run: () => void;
}

const NAMES = ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] as const;

/**
 * Takes the place of the timers, of `Date.now` and of `performance.now` while it is in scope (`using`). Time stands
 * still until `advance` moves it.
 */
export class FakeClock implements Disposable {
  readonly #timers = new Map<number, Timer>();
  readonly #originals = NAMES.map((name) => [name, globalThis[name]] as const);
  readonly #dateNow = Date.now;
  readonly #performanceNow = performance.now;
  readonly #began = Date.now();
  #elapsed = 0;
  #last = 0;

  constructor() {
    const add = (every: boolean) => (run: (...values: unknown[]) => void, ms = 0, ...values: unknown[]) => {
      const wait = Math.max(ms, every ? 1 : 0);
      const id = ++this.#last;
      const timer = { id, at: this.#elapsed + wait, every: every ? wait : undefined, run: () => run(...values) };
      this.#timers.set(id, timer);
      return id;
    };
    const clear = (id?: number) => void this.#timers.delete(id!);
    Object.assign(globalThis, {
      setTimeout: add(false),
      setInterval: add(true),
      clearTimeout: clear,
      clearInterval: clear,
    });
    Date.now = () => this.#began + this.#elapsed;
    performance.now = () => this.#elapsed;
  }

  /** How long each timer still has to wait, in milliseconds, shortest first. */
  get waits(): number[] {
    return [...this.#timers.values()].map(({ at }) => at - this.#elapsed).sort((a, b) => a - b);
  }

  /** Moves time on, in milliseconds. Runs the timers that are due in order, and what each of them settles. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    for (let timer = this.#due(end); timer !== undefined; timer = this.#due(end)) {
      this.#elapsed = timer.at;
      if (timer.every === undefined) this.#timers.delete(timer.id);
      else timer.at += timer.every;
      timer.run();
      await settle();
    }
    this.#elapsed = end;
    await settle();
  }

  #due(end: number): Timer | undefined {
    return [...this.#timers.values()].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.id - b.id)[0];
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, Object.fromEntries(this.#originals));
    Date.now = this.#dateNow;
    performance.now = this.#performanceNow;
  }
}

/** Lets promise callbacks run until the event loop turns. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
