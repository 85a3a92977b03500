import { wait } from "./engine.ts";
import { GOOD_PATHS } from "./specs.ts";

/** How many clients ask for something good, and how long each waits between two requests, in milliseconds. */
const CLIENTS = 50;
const PAUSE = 500;
/** After how long a client gives up, in milliseconds. */
const PATIENCE = 20_000;

/** A request of a bystander. */
export interface GoodRequest {
  readonly began: number;
  ended: number;
  /** What is wrong with the answer. */
  problem?: string;
  /** Whether that is an executor that was lost. */
  lost?: boolean;
}

/** Clients that ask for what has no effect, each at its own times: a hundred requests a second together. */
export class Bystanders implements AsyncDisposable {
  readonly #origin: string;
  #requests: GoodRequest[] = [];
  readonly #loops: Promise<void>[];
  #stopped = false;
  #paused = false;
  #count = 0;

  /** @param clients Default 50. */
  constructor(port: number, clients: number = CLIENTS) {
    this.#origin = `http://127.0.0.1:${port}`;
    this.#loops = Array.from({ length: clients }, (_, client) => this.#loop(client));
  }

  /** While paused, no request begins. */
  set paused(paused: boolean) {
    this.#paused = paused;
  }

  /** Forgets all requests but those that are under way. */
  forget(): void {
    this.#requests = this.#requests.filter(({ ended }) => ended === 0);
  }

  /** Returns the requests that began until a moment and have not ended. */
  open(until: number): GoodRequest[] {
    return this.#requests.filter(({ began, ended }) => began <= until && ended === 0);
  }

  /** The requests since `forget`. */
  get requests(): readonly GoodRequest[] {
    return this.#requests;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }

  async #loop(client: number): Promise<void> {
    await wait((client / CLIENTS) * PAUSE);
    while (!this.#stopped) {
      if (!this.#paused) await this.#ask();
      await wait(PAUSE * (0.8 + Math.random() * 0.4));
    }
  }

  async #ask(): Promise<void> {
    const n = this.#count++;
    const request: GoodRequest = { began: performance.now(), ended: 0 };
    this.#requests.push(request);
    try {
      const url = `${this.#origin}${GOOD_PATHS[n % GOOD_PATHS.length]}?n=${n}`;
      const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
      const text = await response.text();
      if (response.status !== 200 || text !== String(n + 1)) {
        request.problem = `${response.status} ${messageOf(text)}`;
        request.lost = /executor lost/.test(text);
      }
    } catch (error) {
      request.problem = error instanceof Error && error.name === "TimeoutError" ? "no answer" : "no connection";
    }
    request.ended = performance.now();
  }
}

function messageOf(text: string): string {
  try {
    return String((JSON.parse(text) as { message?: unknown }).message ?? text).slice(0, 100);
  } catch {
    return text.slice(0, 100);
  }
}
