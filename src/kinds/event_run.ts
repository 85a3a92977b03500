import type { Answer, Clock, Random } from "@weft/weft/kind";
import { type Failure, isError } from "../value/mod.ts";
import { isRetried, type RetryFields, waitAfter } from "./retry_fields.ts";

/** How the process of an event is run. */
export interface EventRunOptions {
  readonly retries: RetryFields;
  readonly clock: Clock;
  readonly random: Random;
  /** Reports whether the node is still the one that runs events, and not one that another was put in the place of. */
  isCurrent(): boolean;
  /** Runs the process. */
  run(): Promise<Answer>;
}

/**
 * Runs the process of an event, again if that fails and is wanted.
 *
 * @returns False if the event has to wait: no process can be opened, or another node goes on with it.
 */
export async function runEvent({ retries, clock, random, isCurrent, run }: EventRunOptions): Promise<boolean> {
  for (let attempt = 1;; attempt++) {
    const answer = await run();
    if (!isError(answer)) return true;
    if ((answer as Failure).code === "busy") return false;
    if (!isRetried(answer, attempt, retries)) return true;
    await clock.sleep(waitAfter(attempt, retries, random.number()));
    if (!isCurrent()) return false;
  }
}
