import type { Channel, StatusReader } from "../protocol/mod.ts";

/** What executors are: threads of the engine's program, or programs of their own. */
export type Isolation = "thread" | "process";

/** What an executor is started with. */
export interface SpawnOptions {
  /** The id of the executor, never reused. */
  id: number;
  /** The limit of its V8 heap, in MiB. */
  memory: number;
  /** URLs of modules with additional kinds. */
  extensions: readonly string[];
  /** Whether it runs without time limits, for the benchmark that measures their cost. */
  unguarded: boolean;
}

/** An executor that can be started. What is posted to it before then waits. */
export interface NewExecutor {
  readonly channel: Channel;
  readonly status: StatusReader;
  start(): void;
}

/** Spawns, watches and kills executors, wherever those run. */
export interface ExecutorWarden {
  /** Adds one who is told of every death, and of the loss of the warden along with all that it has spawned. */
  attach(client: WardenClient): void;
  /** Rejects when no executor can be started. */
  readonly failed: Promise<never>;
  /** Returns a new executor. */
  create(options: SpawnOptions): NewExecutor;
  /** Kills an executor. @param why For the log. */
  kill(id: number, why: string): void;
  /** Ends the warden and all executors. Resolves when they have ended. */
  close(): Promise<void>;
}

/** One who has something under the warden. */
export interface WardenClient {
  /** Called with each death, also of what others have there. */
  died(report: DeathReport): void;
  /** Called when the warden was lost, and with it all that it has spawned. */
  lost(why: string): void;
}

/** The report that an executor or a compile thread died. */
export interface DeathReport {
  id: number;
  /** The cause in words, for the log: `one call took longer than 1200 ms`. */
  why: string;
  reason: DeathReason;
  /** The call that it was in, if it was in user code. */
  in?: { symbol: number; process: number };
  /** Whether every other executor would fail to start for the same reason. */
  fatal?: boolean;
  /** How long the kill took, in milliseconds; 0 if it died by itself. */
  ms: number;
}

/**
 * Why an executor died. `abort`: V8 ended its program at a check of its own; `signal`: somebody else killed its program.
 * A thread dies of neither: what aborts it aborts the engine.
 */
export type DeathReason = "time" | "silence" | "memory" | "crash" | "abort" | "signal" | "order";
