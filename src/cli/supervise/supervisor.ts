import type { Logger } from "../../runtime/log/mod.ts";
import { asError, pause } from "../../value/mod.ts";
import { Backoff } from "./backoff.ts";
import { Engine, type EngineOptions } from "./engine.ts";
import { describeEnd } from "./describe_end.ts";
import { type Address, StandIn } from "./stand_in.ts";

/** Signals that tell the engine to end. */
const STOP: readonly Deno.Signal[] = ["SIGINT", "SIGTERM"];
/** Signals that are passed on, and end the supervisor if they end the engine. */
const PASSED: readonly Deno.Signal[] = ["SIGHUP", "SIGQUIT"];

/** Names the supervisor in lines of the log. */
const PART = { part: "supervisor" } as const;
/** How often an engine is started that crashes before any has served. */
const ATTEMPTS = 3;

/** Options of a supervisor. */
export interface SupervisorOptions extends Pick<EngineOptions, "command" | "input" | "write"> {
  logger: Logger;
}

/** Starts an engine, and again when it ends unexpectedly; answers in its place meanwhile. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #standIn = new StandIn();
  readonly #backoff = new Backoff();
  /** Aborted by the first signal to end. */
  readonly #stop = new AbortController();
  readonly #passed = new Set<Deno.Signal>();
  #engine: Engine | undefined;
  /** The addresses to stand in at. */
  #addresses: readonly Address[] = [];
  /** The ids of the runtimes that have ended since one has served. */
  #ended: string[] = [];
  #starts = 0;
  #hasServed = false;
  /** When the last engine ended; undefined while one serves. */
  #endedAt: number | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Runs until the engine is told to end, or cannot be started. @returns The exit code. */
  async run(): Promise<number> {
    const listeners = [...STOP, ...PASSED].map((signal) => [signal, () => this.#signal(signal)] as const);
    for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
    try {
      while (!this.#stop.signal.aborted) {
        const code = await this.#runEngine();
        if (code !== undefined) return code;
      }
      return 0; // nothing was left to end
    } finally {
      for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
      await this.#standIn.close();
    }
  }

  /** Tells the engine to end, unless it has been told. */
  stop(): void {
    if (!this.#stop.signal.aborted) this.#signal("SIGTERM");
  }

  /** Runs an engine until it has ended. @returns The exit code, if no other is to be started. */
  async #runEngine(): Promise<number | undefined> {
    const began = performance.now();
    this.#starts++;
    let engine: Engine;
    try {
      engine = this.#engine = this.#newEngine();
    } catch (thrown) {
      if (!this.#hasServed) throw thrown;
      const wait = this.#backoff.next();
      this.#options.logger.log(
        "error",
        `the engine cannot be started: ${asError(thrown).message}; ${startingAgain(wait)}`,
        PART,
      );
      await pause(wait, this.#stop.signal);
      return undefined;
    }
    const status = await engine.exited;
    this.#engine = undefined;
    this.#endedAt ??= performance.now();
    const isWanted = this.#isWanted(status);
    if (!isWanted) {
      this.#addresses = engine.serves ? engine.addresses : [...this.#addresses, ...engine.addresses];
      await this.#standIn.cover(this.#addresses);
    }
    const end = await engine.ended;
    if (isWanted) return end.code;
    this.#ended.push(engine.runtime);
    const wait = this.#backoff.next();
    const isLast = !this.#hasServed && this.#starts >= ATTEMPTS;
    const next = isLast ? `giving up: it has never served, ${ATTEMPTS} times` : startingAgain(wait);
    this.#options.logger.log("error", `${describeEnd(engine.pid, performance.now() - began, end)}; ${next}`, PART);
    if (isLast) return end.code;
    await pause(wait, this.#stop.signal);
    return undefined;
  }

  #newEngine(): Engine {
    return new Engine({
      ...this.#options,
      ended: this.#ended,
      resumes: this.#hasServed,
      vacate: (port) => this.#standIn.vacate(port),
      onServing: () => this.#serving(),
    });
  }

  /** Reports whether an engine has ended as it was told to, or in a way that starting it again would not change. */
  #isWanted({ signal }: Deno.CommandStatus): boolean {
    if (this.#stop.signal.aborted) return true;
    return signal === null ? !this.#hasServed : this.#passed.has(signal);
  }

  #serving(): void {
    this.#hasServed = true;
    this.#ended = [];
    this.#backoff.served();
    void this.#standIn.close(); // of addresses that are not used any more
    const { pid } = this.#engine!;
    const since = this.#endedAt === undefined ? undefined : Math.round(performance.now() - this.#endedAt);
    this.#endedAt = undefined;
    const line = since === undefined
      ? `the engine serves, as process ${pid}`
      : `the engine serves again, as process ${pid}, after ${since} ms`;
    this.#options.logger.log("info", line, PART);
  }

  #signal(signal: Deno.Signal): void {
    if (STOP.includes(signal)) this.#stop.abort();
    else if (this.#engine !== undefined) this.#passed.add(signal);
    this.#engine?.signal(signal);
  }
}

function startingAgain(wait: number): string {
  return wait === 0 ? "starting it again" : `starting it again in ${wait / 1_000} s`;
}
