import { asError } from "../../value/mod.ts";
import { RegistryError } from "../errors.ts";
import { kindOfEntry } from "../operation.ts";
import { type BusEvent, type Question, subjectOf, type TransactionEvent } from "./event.ts";
import { matches } from "./pattern.ts";

/** Answers for entries of some kinds, or takes part in transactions, or both. */
export interface Subscriber {
  /** Names it in errors. */
  readonly name: string;
  /** Patterns (`matches`) of the kinds whose operations it accepts or rejects. */
  readonly kinds: readonly string[];
  /** What it acknowledges of every transaction, whatever its operations are. */
  readonly acknowledges: readonly TransactionEvent["kind"][];
  /** Gets a question, and answers it now or later; throwing rejects it. */
  receive(request: Request): void;
}

/** How long an answer may take. */
export interface Patience {
  /** In milliseconds. */
  readonly timeout: number;
  /** Ends the wait earlier. */
  readonly signal?: AbortSignal | undefined;
}

/** How a question was answered: why it was refused, or why nobody waits for the answer any more. */
type Answer =
  | { readonly type: "accepted" }
  | { readonly type: "refused" | "ended"; readonly reason: Error };

/** A question on its way to one subscriber. Only the first answer counts. */
export class Request {
  #answer: Answer | undefined;
  #answered: ((answer: Answer) => void) | undefined;
  #abort: AbortController | undefined;

  constructor(readonly event: Question) {}

  /** Aborted when nobody waits for the answer any more. */
  get signal(): AbortSignal {
    return (this.#abort ??= new AbortController()).signal;
  }

  accept(): void {
    this.#settle({ type: "accepted" });
  }

  reject(reason?: unknown): void {
    this.#settle({
      type: "refused",
      reason: reason === undefined ? new Error("no reason was given") : asError(reason),
    });
  }

  /** The answer that came; undefined until then. */
  get answer(): Answer | undefined {
    return this.#answer;
  }

  /** Waits for the answer. */
  wait(): Promise<Answer> {
    return new Promise((resolve) => this.#answered = resolve);
  }

  /** Ends the wait. */
  end(reason: Error): void {
    this.#settle({ type: "ended", reason });
    this.#abort?.abort(reason);
  }

  #settle(answer: Answer): void {
    this.#answer ??= answer;
    this.#answered?.(this.#answer);
  }
}

/** Carries questions to subscribers, and everything that happens to observers. */
export class Bus {
  readonly #subscribers = new Set<Subscriber>();
  readonly #observers = new Set<{ pattern: string; observe: (event: BusEvent) => void }>();
  readonly #byKind = new Map<string, readonly Subscriber[]>();

  /** Adds a subscriber; the answer removes it. Both take effect with the next question. */
  subscribe(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    this.#byKind.clear();
    return () => {
      this.#subscribers.delete(subscriber);
      this.#byKind.clear();
    };
  }

  /**
   * Shows every event that matches a pattern (`entry.*`, `registry.(commit|discard)`, `**`) to somebody who has no say
   * in it. What an observer throws is ignored.
   */
  observe(pattern: string, observe: (event: BusEvent) => void): () => void {
    const observer = { pattern, observe };
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Those who answer for entries of a kind, in the order they subscribed. */
  answering(kind: string): readonly Subscriber[] {
    let found = this.#byKind.get(kind);
    if (found === undefined) {
      found = [...this.#subscribers].filter(({ kinds }) => kinds.some((pattern) => matches(pattern, kind)));
      this.#byKind.set(kind, found);
    }
    return found;
  }

  /** Those who acknowledge an event of every transaction. */
  acknowledging(kind: TransactionEvent["kind"]): Subscriber[] {
    return [...this.#subscribers].filter(({ acknowledges }) => acknowledges.includes(kind));
  }

  /** Shows an event to the observers. */
  publish(event: BusEvent): void {
    for (const { pattern, observe } of this.#observers) {
      if (!matches(pattern, event.kind)) continue;
      try {
        observe(event);
      } catch {
        // An observer has no say, so neither have its errors.
      }
    }
  }

  /**
   * Asks one subscriber. Resolves when it accepts.
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
      const timer = setTimeout(() => request.end(timedOut(subscriber, event, timeout)), timeout);
      signal?.addEventListener("abort", cancel);
      answer = await request.wait();
      clearTimeout(timer);
      signal?.removeEventListener("abort", cancel);
    }
    if (answer.type === "accepted") return this.#tell("accept", subscriber, event);
    this.#tell("reject", subscriber, event, answer.reason);
    throw answer.type === "ended" ? answer.reason : rejected(subscriber, event, answer.reason);
  }

  #tell(answer: "accept" | "reject", { name: by }: Subscriber, of: Question, reason?: Error): void {
    // Mostly nobody looks.
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
  const what = `${subscriber.name} did not answer to ${subjectOf(event)} within ${timeout / 1000} s`;
  return new RegistryError("timeout", what, { details: { timeout, event: event.kind } });
}

function canceled(event: Question, reason: unknown): RegistryError {
  return new RegistryError("canceled", `canceled at ${subjectOf(event)}`, { cause: reason });
}

function rejected(subscriber: Subscriber, event: Question, reason: Error): RegistryError {
  const details = "operation" in event
    ? { id: event.operation.id.text, kind: kindOfEntry(event.operation) }
    : { event: event.kind };
  return new RegistryError("rejected", `${subscriber.name} rejected ${subjectOf(event)}`, { cause: reason, details });
}
