/** Attempts to end, freeze or starve the engine, as data: `deno task attacks` runs them. */
import type { Attack } from "./attack.ts";
import { BUILTINS } from "./builtins.ts";
import { MEMORY } from "./memory.ts";
import { REQUESTS } from "./requests.ts";
import { RESULTS } from "./results.ts";
import { SIZES } from "./sizes.ts";
import { SYNTAX } from "./syntax.ts";
import { TIME } from "./time.ts";
import { WORKFLOWS } from "./workflows.ts";

export { NATIVE_CALL, NATIVE_CALLS } from "./native_calls.ts";
export type { Attack, AttackRequest, Known, RawRequest } from "./attack.ts";

/** The attempts by family. */
export const FAMILIES: Readonly<Record<string, readonly Attack[]>> = {
  sizes: SIZES,
  time: TIME,
  memory: MEMORY,
  results: RESULTS,
  builtins: BUILTINS,
  workflows: WORKFLOWS,
  syntax: SYNTAX,
  requests: REQUESTS,
};
