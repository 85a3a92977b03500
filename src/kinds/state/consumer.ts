import { asError } from "../../value/mod.ts";
import type { DatabaseQueue, Message } from "./database_queue.ts";

/** What is to become of messages that were worked on. */
export type Verdict =
  /** They are done. */
  | { readonly is: "done" }
  /** They come again, after some milliseconds. Without an error, the attempt does not count. */
  | { readonly is: "again"; readonly delay: number; readonly error: Uint8Array | null }
  /** They are moved to another queue, or deleted where there is none. */
  | { readonly is: "dead"; readonly queue: string | undefined; readonly error: Uint8Array };

/** Options of a consumer. */
export interface ConsumerOptions {
  readonly queue: string;
  /** How many messages are worked on together. */
  readonly batch: number;
  /** How many such batches are worked on at a time. */
  readonly concurrency: number;
  /** How many messages are held at a time, those that wait here too. */
  readonly maxInFlight: number;
  /** For how long messages are held before they come again, if this engine says nothing, in milliseconds. */
  readonly visibility: number;
  /** How often the database is asked, beside what it tells, in milliseconds. */
  readonly poll: number;
  /**
   * Works on messages.
   *
   * @param signal Aborted when they are not held any more.
   * @returns What is to become of all of them, or of each.
   */
  work(messages: readonly Message[], signal: AbortSignal): Promise<Verdict | readonly Verdict[]>;
  /** Returns what is to become of a message that is not to be worked on again; undefined if it is. */
  exhausted(message: Message): Verdict | undefined;
  /** Counts something. */
  count(name: "taken" | "done" | "retried" | "dead" | "lost", value: number): void;
  /** Called when the database cannot be asked, and once when it can be again. */
  failed(error: Error | undefined): void;
}

/** A message that is held. */
interface Holding {
  readonly message: Message;
  /** Aborts the work on it; the same one for all of a batch. */
  controller: AbortController | undefined;
  /** Until when it is held, as `performance.now()`. */
  until: number;
}

/** How long to wait after the database could not be asked, in milliseconds: at first, and at most. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5_000;
/** How long to wait when too many processes are open, in milliseconds. */
const BUSY = 100;

/** Takes messages out of a queue, has them worked on, and says what has become of them. */
export class Consumer {
  readonly #store: DatabaseQueue;
  readonly #options: ConsumerOptions;
  readonly #id = crypto.randomUUID();
  readonly #held = new Map<number, Holding>();
  /** Held, and not worked on yet. */
  #waiting: Holding[] = [];
  #running = 0;
  #takes = 0;
  #isOn = false;
  #isRung = false;
  #taking: Promise<void> | undefined;
  #stopListening: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #beat: ReturnType<typeof setInterval> | undefined;
  #beating: Promise<void> | undefined;
  #pause = 0;
  #emptied: (() => void) | undefined;

  constructor(store: DatabaseQueue, options: ConsumerOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** How many messages are held. */
  get size(): number {
    return this.#held.size;
  }

  /** Takes messages from now on. */
  start(): void {
    this.#isOn = true;
    this.#stopListening = this.#store.listen(() => this.#look());
    this.#beat = setInterval(() => this.#beating ??= this.#prolong(), this.#options.visibility / 3);
    this.#look();
  }

  /** Takes no more messages, and gives back those that nobody works on yet. The others are worked on to their end. */
  async stop(): Promise<void> {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#stopListening?.();
    clearTimeout(this.#timer);
    await this.#taking;
    const unused = this.#waiting.splice(0);
    await Promise.all(unused.map((holding) => this.#settle([holding], { is: "again", delay: 0, error: null })));
  }

  /** Resolves when no message is held any more. */
  async ended(): Promise<void> {
    await this.stop();
    if (this.#held.size > 0) await new Promise<void>((resolve) => this.#emptied = resolve);
    clearInterval(this.#beat);
    await this.#beating;
  }

  #look(): void {
    this.#isRung = true;
    if (this.#pause > 0) return; // the timer looks
    this.#taking ??= this.#take();
  }

  /** Takes as many messages as there is room for, until there are no more that are due. */
  async #take(): Promise<void> {
    await Promise.resolve();
    const { queue, maxInFlight, visibility, failed } = this.#options;
    clearTimeout(this.#timer);
    let wait: number | undefined = this.#options.poll;
    try {
      while (this.#isOn && this.#isRung) {
        this.#isRung = false;
        const room = maxInFlight - this.#held.size;
        // whoever settles a message looks again
        if (room < this.#least()) break;
        const began = performance.now();
        const messages = await this.#store.take(queue, room, visibility, `${this.#id}.${++this.#takes}`);
        this.#add(messages, began + visibility);
        if (messages.length === room) this.#isRung = true;
        else if (!this.#isRung) wait = Math.min(this.#options.poll, await this.#store.wait(queue) ?? Infinity);
      }
      if (this.#pause > 0) failed(undefined);
      this.#pause = 0;
    } catch (thrown) {
      if (this.#pause === 0) failed(asError(thrown));
      this.#pause = wait = Math.min(LONGEST_PAUSE, this.#pause * 2 || FIRST_PAUSE);
    }
    this.#taking = undefined;
    if (this.#isOn) this.#later(Math.max(1, wait));
  }

  /** How much room there has to be before more is taken: a database is not asked for each message. */
  #least(): number {
    const { maxInFlight, batch, concurrency } = this.#options;
    return this.#held.size === 0 ? 1 : Math.max(1, Math.min(batch * concurrency, Math.floor(maxInFlight / 2)));
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#isRung = true;
      this.#taking ??= this.#take();
    }, ms);
  }

  #add(messages: readonly Message[], until: number): void {
    this.#options.count("taken", messages.length);
    for (const message of messages) {
      // it was given up by the database, but not by whoever works on it
      this.#held.get(message.id)?.controller?.abort(lost());
      const holding: Holding = { message, controller: undefined, until };
      this.#held.set(message.id, holding);
      const verdict = this.#options.exhausted(message);
      if (verdict === undefined) this.#waiting.push(holding);
      else void this.#settle([holding], verdict);
    }
    this.#go();
  }

  #go(): void {
    const { batch, concurrency } = this.#options;
    while (this.#isOn && this.#running < concurrency && this.#waiting.length > 0) {
      const holdings = this.#waiting.splice(0, batch);
      this.#running++;
      void this.#work(holdings);
    }
  }

  async #work(holdings: readonly Holding[]): Promise<void> {
    const controller = new AbortController();
    for (const holding of holdings) holding.controller = controller;
    let verdict: Verdict | readonly Verdict[];
    try {
      verdict = await this.#options.work(holdings.map(({ message }) => message), controller.signal);
    } catch (thrown) {
      // none of a workflow's errors, which are answers
      this.#options.failed(asError(thrown));
      verdict = { is: "again", delay: BUSY, error: null };
    }
    this.#running--;
    this.#go();
    await this.#settle(holdings, verdict);
  }

  /** Says what has become of messages, until the database knows, or they are not held any more. */
  async #settle(holdings: readonly Holding[], verdicts: Verdict | readonly Verdict[]): Promise<void> {
    const verdictOf = (at: number): Verdict => "is" in verdicts ? verdicts : verdicts[at]!;
    await Promise.all(holdings.map((holding, at) => this.#settleOne(holding, verdictOf(at))));
    if (this.#held.size === 0) this.#emptied?.();
    if (this.#isOn && this.#options.maxInFlight - this.#held.size >= this.#least()) this.#look();
  }

  async #settleOne(holding: Holding, verdict: Verdict): Promise<void> {
    const { count } = this.#options;
    for (let pause = FIRST_PAUSE;; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
      try {
        if (!await this.#tell(holding.message, verdict)) count("lost", 1);
        else if (verdict.is === "done") count("done", 1);
        else if (verdict.is === "dead") count("dead", 1);
        else if (verdict.error !== null) count("retried", 1);
        return this.#forget(holding);
      } catch {
        if (holding.until < performance.now()) {
          // somebody else has it by now, or will
          count("lost", 1);
          return this.#forget(holding);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  async #tell(message: Message, verdict: Verdict): Promise<boolean> {
    switch (verdict.is) {
      case "done":
        return await this.#store.acknowledge(message);
      case "again":
        return await this.#store.giveBack(message, verdict.delay, verdict.error);
      case "dead":
        if (verdict.queue === undefined) return await this.#store.acknowledge(message);
        return await this.#store.bury(message, verdict.queue, verdict.error);
    }
  }

  #forget(holding: Holding): void {
    const { id } = holding.message;
    if (this.#held.get(id) === holding) this.#held.delete(id);
    // the next one of its key may be due
    if (holding.message.key !== null) this.#store.ring();
  }

  /** Prolongs the time of all that is held. Work on what is not held any more is aborted. */
  async #prolong(): Promise<void> {
    try {
      const holdings = [...this.#held.values()];
      if (holdings.length === 0) return;
      const began = performance.now();
      let held: Set<number> | undefined;
      try {
        held = await this.#store.prolong(holdings.map(({ message }) => message), this.#options.visibility);
      } catch {
        // as long as their time is not over, nothing is lost
      }
      for (const holding of holdings) {
        const { id } = holding.message;
        if (this.#held.get(id) !== holding) continue;
        if (held?.has(id)) holding.until = began + this.#options.visibility;
        else if (held !== undefined || holding.until <= performance.now()) this.#lose(holding);
      }
    } finally {
      this.#beating = undefined;
    }
  }

  /** Aborts the work on a message that is not held any more. */
  #lose(holding: Holding): void {
    holding.controller?.abort(lost());
    const at = this.#waiting.indexOf(holding);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    this.#options.count("lost", 1);
    this.#forget(holding);
  }
}

function lost(): Error {
  return new Error("the message is not held any more: somebody else may have it");
}
