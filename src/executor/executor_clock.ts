import type { Clock } from "../kind/mod.ts";
import { asError } from "../value/mod.ts";
import type { ThreadClock } from "./slices.ts";

/** Makes the clock of kinds from what the executor has taken of its thread. */
export function executorClock(thread: ThreadClock): Clock {
  return {
    now: () => Date.now(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(asError(signal.reason));
        const abort = () => {
          thread.clearTimeout(timer);
          reject(asError(signal!.reason));
        };
        const timer = thread.setTimeout(() => {
          signal?.removeEventListener("abort", abort);
          resolve();
        }, ms);
        signal?.addEventListener("abort", abort, { once: true });
      }),
  };
}
