import { randomOf } from "../kind/engine/mod.ts";
import type { Clock, Random } from "../kind/mod.ts";
import { asError } from "../value/mod.ts";

/** The clock of the machine. */
export const HOST_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(asError(signal.reason));
      const abort = () => {
        clearTimeout(timer);
        reject(asError(signal!.reason));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", abort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", abort, { once: true });
    }),
};

/** Random values of the machine. */
export const HOST_RANDOM: Random = randomOf((bytes) => void crypto.getRandomValues(bytes));
