/** How long a count lasts, in milliseconds. */
const SECOND = 1_000;

/** Limits how many lines each node may log in a second, and tells how many were dropped. */
export class LineLimit {
  readonly #limit: number;
  readonly #tell: (node: string, dropped: number) => void;
  /** By node, how many lines it wanted to log in this second. */
  #counts = new Map<string, number>();
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param limit How many lines a second; 0 for any number.
   * @param tell Called at the end of a second with the nodes whose lines were dropped in it.
   */
  constructor(limit: number, tell: (node: string, dropped: number) => void) {
    this.#limit = limit;
    this.#tell = tell;
  }

  /** Counts a line. @returns Whether it may be written. */
  take(node: string): boolean {
    if (this.#limit === 0) return true;
    if (performance.now() - this.#since >= SECOND) this.#next();
    const count = (this.#counts.get(node) ?? 0) + 1;
    this.#counts.set(node, count);
    if (count <= this.#limit) return true;
    // the last lines of a flood are told too
    if (this.#timer === undefined) {
      this.#timer = setTimeout(() => this.#next(), SECOND);
      Deno.unrefTimer(this.#timer);
    }
    return false;
  }

  /** Tells at once what was dropped in this second, and waits for nothing more. */
  finish(): void {
    if (this.#timer !== undefined) this.#next();
  }

  #next(): void {
    const counts = this.#counts;
    this.#counts = new Map();
    this.#since = performance.now();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [node, count] of counts) if (count > this.#limit) this.#tell(node, count - this.#limit);
  }
}
