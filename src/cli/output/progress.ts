import type { Terminal } from "../options/command.ts";

/** How long work takes before its progress is shown, and how often it is shown then, in milliseconds. */
const PATIENCE = 500;
const PERIOD = 200;

/**
 * Shows what long work does, and how long it has taken or how far it is, to people who look on: `copying  42 %`. Elsewhere,
 * and of short work, nothing is shown.
 */
export class Progress implements Disposable {
  readonly #terminal: Terminal;
  readonly #began = performance.now();
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #what: string;
  #done: number | undefined;

  /** @param what What is done: `copying`. */
  constructor(terminal: Terminal, what: string) {
    this.#terminal = terminal;
    this.#what = what;
    if (terminal.status !== undefined) this.#timer = setInterval(() => this.#show(), PERIOD);
  }

  /** Tells how much is done. @param done From 0 to 1. */
  update(done: number): void {
    this.#done = done;
  }

  /** Tells what is done now. */
  next(what: string): void {
    this.#what = what;
    this.#done = undefined;
  }

  /** Removes the line. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#terminal.status?.("");
  }

  #show(): void {
    const elapsed = performance.now() - this.#began;
    if (elapsed < PATIENCE) return;
    const shown = this.#done === undefined ? `${Math.floor(elapsed / 1_000)} s` : `${Math.floor(this.#done * 100)} %`;
    this.#terminal.status!(`${this.#what}  ${shown}`);
  }
}
