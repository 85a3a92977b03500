import { asError, type ValueMap } from "../../value/mod.ts";
import { RegistryError } from "../errors.ts";
import { kindOfEntry } from "../operation.ts";
import { type BusEvent, type Question, subjectOf, type TransactionEvent } from "./event.ts";
import { matches } from "./pattern.ts";

/** Accepts or rejects operations on entries of some kinds, or takes part in transactions, or both. */
export interface Subscriber {
  /** Names it in errors. */
  readonly name: string;
  /** Patterns (see `matches`) of the kinds whose operations it accepts or rejects. */
  readonly kinds: readonly string[];
  /** The events that it acknowledges in every transaction. */
  readonly acknowledges: readonly TransactionEvent["kind"][];
  /** Handles a request, which it accepts or rejects now or later. Throwing rejects it. */
  receive(request: Request): void;
}

/** Limits of the wait for an answer. */
export interface Patience {
  /** In milliseconds; `Infinity` for no limit. */
  readonly timeout: number;
  /** Ends the wait earlier. */
  readonly signal?: AbortSignal | undefined;
}

/** The answer to a request, with the reason of a rejection, or of the end of the wait. */
export type RequestAnswer =
  | { readonly type: "accepted" }
  | { readonly type: "rejected" | "ended"; readonly reason: Error };

/** A question to one subscriber. Only the first answer counts. */
export class Request {
  #answer: RequestAnswer | undefined;
  #answered: ((answer: RequestAnswer) => void) | undefined;
  #abort: AbortController | undefined;

  /** Makes a request of an event. */
  constructor(readonly event: Question) {}

  /** Aborted when the wait for the answer ends early. */
  get signal(): AbortSignal {
    return (this.#abort ??= new AbortController()).signal;
  }

  /** Accepts the request. */
  accept(): void {
    this.#settle({ type: "accepted" });
  }

  /** Rejects the request, and with it the whole transaction. */
  reject(reason?: unknown): void {
    this.#settle({
      type: "rejected",
      reason: reason === undefined ? new Error("no reason was given") : asError(reason),
    });
  }

  /** The answer; undefined until it is there. */
  get answer(): RequestAnswer | undefined {
    return this.#answer;
  }

  /** Waits for the answer. */
  wait(): Promise<RequestAnswer> {
    return new Promise((resolve) => this.#answered = resolve);
  }

  /** Ends the wait for an answer. */
  end(reason: Error): void {
    this.#settle({ type: "ended", reason });
    this.#abort?.abort(reason);
  }

  #settle(answer: RequestAnswer): void {
    this.#answer ??= answer;
    this.#answered?.(this.#answer);
  }
}

/** Delivers questions to subscribers, and all events to observers. */
export class Bus {
  readonly #subscribers = new Set<Subscriber>();
  readonly #observers = new Set<{ pattern: string; observe: (event: BusEvent) => void }>();
  readonly #byKind = new Map<string, readonly Subscriber[]>();

  /** Registers a subscriber. Returns a function that removes it. Both take effect with the next question. */
  subscribe(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    this.#byKind.clear();
    return () => {
      this.#subscribers.delete(subscriber);
      this.#byKind.clear();
    };
  }

  /**
   * Registers an observer of the events that match a pattern (`entry.*`, `registry.(commit|discard)`, `**`). Whatever it
   * throws is ignored. Returns a function that removes it.
   */
  observe(pattern: string, observe: (event: BusEvent) => void): () => void {
    const observer = { pattern, observe };
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Returns the subscribers for entries of a kind, in the order in which they subscribed. */
  answering(kind: string): readonly Subscriber[] {
    let found = this.#byKind.get(kind);
    if (found === undefined) {
      found = [...this.#subscribers].filter(({ kinds }) => kinds.some((pattern) => matches(pattern, kind)));
      this.#byKind.set(kind, found);
    }
    return found;
  }

  /** Returns the subscribers that acknowledge an event of every transaction. */
  acknowledging(kind: TransactionEvent["kind"]): Subscriber[] {
    return [...this.#subscribers].filter(({ acknowledges }) => acknowledges.includes(kind));
  }

  /** Publishes an event to the observers. */
  publish(event: BusEvent): void {
    for (const { pattern, observe } of this.#observers) {
      if (!matches(pattern, event.kind)) continue;
      try {
        observe(event);
      } catch {
        // Observers must not affect what they observe.
      }
    }
  }

  /**
   * Asks one subscriber, and waits until it accepts.
   *
   * @throws {RegistryError} `rejected`, with the reason as its cause; `timeout`; `canceled`.
   */
  async ask(subscriber: Subscriber, event: Question, { timeout, signal }: Patience): Promise<void> {
    const request = new Request(event);
    const cancel = () => request.end(canceled(event, signal?.reason));
    if (!signal?.aborted) receive(subscriber, request);
    if (signal?.aborted) cancel();
    let { answer } = request;
    if (answer === undefined) {
      const timer = timeout === Infinity
        ? undefined
        : setTimeout(() => request.end(timedOut(subscriber, event, timeout)), timeout);
      signal?.addEventListener("abort", cancel);
      answer = await request.wait();
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
    }
    if (answer.type === "accepted") return this.#publishAnswer("accept", subscriber, event);
    this.#publishAnswer("reject", subscriber, event, answer.reason);
    throw answer.type === "ended" ? answer.reason : rejected(subscriber, event, answer.reason);
  }

  #publishAnswer(answer: "accept" | "reject", { name: by }: Subscriber, of: Question, reason?: Error): void {
    // Most of the time there are none.
    if (this.#observers.size === 0) return;
    const kind = "operation" in of ? `entry.${answer}` as const : `registry.${answer}` as const;
    this.publish({ kind, by, of, ...(reason === undefined ? {} : { reason }) });
  }
}

function receive(subscriber: Subscriber, request: Request): void {
  try {
    subscriber.receive(request);
  } catch (thrown) {
    request.reject(thrown);
  }
}

function timedOut(subscriber: Subscriber, event: Question, timeout: number): RegistryError {
  const what = `${subscriber.name} did not answer ${subjectOf(event)} within ${timeout / 1000} s`;
  return new RegistryError("timeout", what, { details: { timeout, event: event.kind } });
}

function canceled(event: Question, reason: unknown): RegistryError {
  return new RegistryError("canceled", `canceled at ${subjectOf(event)}`, { cause: reason });
}

function rejected(subscriber: Subscriber, event: Question, reason: Error): RegistryError {
  const details: ValueMap = "operation" in event
    ? { id: event.operation.id.text, kind: kindOfEntry(event.operation) }
    : { event: event.kind };
  return new RegistryError("rejected", `${subscriber.name} rejected ${subjectOf(event)}`, { cause: reason, details });
}
