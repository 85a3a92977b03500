import type { NodeSymbol } from "../../flow/mod.ts";
import { measure, type Value } from "../../value/mod.ts";

/** How many bytes may wait for a node, roughly. */
const MOST_BYTES = 64 * 2 ** 20;
/** How long messages wait at first when no process can be opened, in milliseconds. */
const PAUSE = 50;
/** What the pause grows to, by doubling. */
const LONGEST_PAUSE = 2_000;

/** A message. */
export interface Message {
  readonly topic: string;
  readonly payload: Value;
  /** When it was published, in milliseconds since 1970. */
  readonly time: number;
}

/** Who takes messages. */
export interface Taker {
  /** The node. */
  readonly symbol: NodeSymbol;
  /** How many are taken at a time. */
  readonly concurrency: number;
  /** How many may wait beside. */
  readonly queue: number;
  /** Reports whether it takes messages of a topic. */
  matches(topic: string): boolean;
  /** Takes a message. @returns Whether it was taken; false if that has to wait. */
  take(message: Message): Promise<boolean>;
}

/** The messages for the nodes of a name: it outlives a change of the node. */
export class Subscription {
  #waiting: { readonly message: Message; readonly size: number }[] = [];
  #bytes = 0;
  #running = 0;
  #taker: Taker | undefined;
  #pause = PAUSE;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The node that takes messages; undefined if there is none. */
  get symbol(): NodeSymbol | undefined {
    return this.#taker?.symbol;
  }

  /** Reports whether there is a node that takes messages of a topic. */
  matches(topic: string): boolean {
    return this.#taker?.matches(topic) ?? false;
  }

  /** Whether a message more would be too many. */
  get isFull(): boolean {
    if (this.#isFree) return false;
    return this.#waiting.length >= (this.#taker?.queue ?? 0) || this.#bytes >= MOST_BYTES;
  }

  /** Adds a message, which is taken at once or waits, even if there are too many. */
  push(message: Message): void {
    if (this.#isFree) return void this.#take(message, this.#taker!);
    this.#wait(message, "behind");
  }

  /** Hands messages to a taker from now on, in the place of another. */
  attach(taker: Taker): void {
    this.#taker = taker;
    this.#stopPause();
    this.#next();
  }

  /** Keeps what waits until another taker comes; nothing if another has come already. */
  detach(taker: Taker): void {
    if (this.#taker !== taker) return;
    this.#taker = undefined;
    this.#stopPause();
  }

  /** Forgets what waits. @returns How many messages that are. */
  clear(): number {
    const { length } = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    return length;
  }

  /** Whether a message would be taken at once. */
  get #isFree(): boolean {
    if (this.#taker === undefined || this.#timer !== undefined || this.#waiting.length > 0) return false;
    return this.#running < this.#taker.concurrency;
  }

  #stopPause(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pause = PAUSE;
  }

  #wait(message: Message, place: "before" | "behind"): void {
    const waiting = { message, size: sizeOf(message.payload) };
    this.#bytes += waiting.size;
    if (place === "before") this.#waiting.unshift(waiting);
    else this.#waiting.push(waiting);
  }

  #next(): void {
    while (this.#taker !== undefined && this.#timer === undefined && this.#running < this.#taker.concurrency) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#bytes -= next.size;
      void this.#take(next.message, this.#taker);
    }
  }

  async #take(message: Message, taker: Taker): Promise<void> {
    this.#running++;
    const taken = await taker.take(message);
    this.#running--;
    if (taken) this.#pause = PAUSE;
    else this.#putBack(message);
    this.#next();
  }

  /** Puts a message back that has to wait, before those that came meanwhile. */
  #putBack(message: Message): void {
    this.#wait(message, "before");
    if (this.#taker === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#next();
    }, this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }
}

function sizeOf(payload: Value): number {
  try {
    return measure(payload).size;
  } catch {
    return MOST_BYTES; // larger than any payload may be
  }
}
