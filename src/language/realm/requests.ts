import { subtle, type SubtleMessage } from "./subtle.ts";

/** The answer to a request of a realm. */
export interface RequestAnswer extends SubtleMessage {
  readonly id: number;
  /** Set if it failed; the text is the message then. */
  readonly errorName?: string;
}

/** How many of these operations an executor carries out at once; others wait. What has begun cannot be stopped. */
const MAX_UNDER_WAY = 4;

let underWay = 0;
const queue: { readonly of: Requests; start(): void }[] = [];

/** Returns how many operations of the platform are being carried out for calls on this thread. */
export function platformWork(): number {
  return underWay;
}

/** The requests of one call to the engine's platform. */
export class Requests {
  /** How many are not answered, or their answers not taken. */
  open = 0;
  ended = false;
  #answers: RequestAnswer[] = [];
  #notify: (() => void) | undefined;

  /** Starts a request. @param bytes The realm's, which nobody changes. They are copied. */
  add(id: number, text: string, bytes: readonly Uint8Array[]): void {
    this.open++;
    const start = () => {
      underWay++;
      subtle(text, bytes.map((part) => new Uint8Array(part))).then(
        (answer) => ({ id, ...answer }),
        ({ name, message }: Error) => ({ id, text: String(message), bytes: [], errorName: String(name) }),
      ).then((answer) => {
        underWay--;
        startNext();
        this.#answer(answer);
      });
    };
    if (underWay < MAX_UNDER_WAY) start();
    else queue.push({ of: this, start });
  }

  /** Calls a function once, as soon as an answer can be taken. */
  onAnswer(notify: () => void): void {
    if (this.#answers.length > 0) notify();
    else this.#notify = notify;
  }

  /** Takes the answers that have come. */
  take(): RequestAnswer[] {
    const answers = this.#answers;
    this.#answers = [];
    this.open -= answers.length;
    return answers;
  }

  /** Ends them: those that have not begun never do, and no answer is told. */
  end(): void {
    this.ended = true;
    this.#notify = undefined;
  }

  #answer(answer: RequestAnswer): void {
    if (this.ended) return;
    this.#answers.push(answer);
    const notify = this.#notify;
    this.#notify = undefined;
    notify?.();
  }
}

/** Starts the next request that waits and has not ended. */
function startNext(): void {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (!next.of.ended) return next.start();
  }
}
