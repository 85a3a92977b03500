import { clockOf, randomOf } from "../kind/engine/mod.ts";
import type { Clock, Random } from "../kind/mod.ts";

/** The clock of the machine. */
export const HOST_CLOCK: Clock = clockOf({
  setTimeout: (task, ms) => setTimeout(task, ms),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
});

/** Random values of the machine. */
export const HOST_RANDOM: Random = randomOf((bytes) => void crypto.getRandomValues(bytes));
