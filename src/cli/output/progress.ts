import type { Terminal } from "../options/command.ts";

/** How long work takes before its progress is shown, and how often it is shown then, in milliseconds. */
const PATIENCE = 300;
const PERIOD = 100;

/** Shows how far long work is, to people who look on: `copying  42 %`. Elsewhere, and of short work, nothing is shown. */
export class Progress implements Disposable {
  readonly #terminal: Terminal;
  readonly #what: string;
  #next = performance.now() + PATIENCE;

  constructor(terminal: Terminal, what: string) {
    this.#terminal = terminal;
    this.#what = what;
  }

  /** Tells how much is done. @param done From 0 to 1, or a count of things. */
  update(done: number | { count: number; what: string }): void {
    const { status } = this.#terminal;
    if (status === undefined || performance.now() < this.#next) return;
    this.#next = performance.now() + PERIOD;
    const shown = typeof done === "number" ? `${Math.floor(done * 100)} %` : `${done.count} ${done.what}`;
    status(`${this.#what}  ${shown}`);
  }

  /** Removes the line. */
  [Symbol.dispose](): void {
    this.#terminal.status?.("");
  }
}
