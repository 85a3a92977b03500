import { z } from "zod";
import { duration } from "../spec/mod.ts";
import { causes, type ErrorCode, type Failure, isMap } from "../value/mod.ts";

/** The waits between attempts. */
const waits = {
  attempts: z.int().min(1).max(1_000).default(3).describe("How often it is tried in all."),
  delay: duration().default(100).describe("How long the wait before the second attempt is. Default 100ms."),
  factor: z.number().min(1).default(2).describe("What each further wait is multiplied by."),
  max: duration().default(30_000).describe("How long a wait may be. Default 30s."),
  jitter: z.number().min(0).max(1).default(0).describe(
    "Which part of a wait is random, so that many do not try again at the same time: 0.5 waits between half of the time " +
      "and all of it.",
  ),
};

const errors = z.array(z.union([z.string(), z.int()])).min(1);

/** The fields of kinds that try something again: how often, after which waits, and after which errors. */
export const retryFields = {
  ...waits,
  on: errors.optional().describe(
    "After which errors it is tried again: codes, such as timeout, or the status of an answer, such as 503. Default any.",
  ),
};

/** When something is tried again. */
export type RetryFields = z.infer<z.ZodObject<typeof retryFields>>;

/** Returns the same fields for a kind that calls a server. @param on After which errors it tries again by default. */
export function callRetryFields(on: readonly (ErrorCode | number)[]) {
  return {
    ...waits,
    jitter: waits.jitter.unwrap().default(0.5).describe(
      "Which part of a wait is random, so that not all try again at the same moment. Default 0.5.",
    ),
    on: errors.default([...on]).describe(
      `After which errors it is tried again: codes, or the status of an answer. Default ${on.join(", ")}.`,
    ),
  };
}

/** The names of these fields, for errors. */
const NAMES = "attempts, delay, factor, jitter, max, on";

/**
 * Returns the field `retry`: a number of attempts, or a map of such fields.
 *
 * @param description When what is tried again, and what is the default.
 * @param most How many attempts there may be. Default 1000.
 */
export function retryField<Fields extends z.ZodObject>(fields: Fields, description: string, most = 1_000) {
  const others = Object.keys(fields.shape).filter((name) => !Object.hasOwn(retryFields, name));
  return z.union([fields, z.int().min(1).max(most)], {
    error: `expected a number of attempts, or a map with ${[NAMES, ...others].join(", ")}`,
  }).optional().meta({ description });
}

/**
 * Returns when something is tried again, by a field `retry`.
 *
 * @param attempts How often it is tried if the field says nothing. Default 1: it is not tried again.
 */
export function retriesOf<Fields extends z.ZodObject>(
  fields: Fields,
  given: z.infer<Fields> | number | undefined,
  attempts = 1,
): z.infer<Fields> {
  return typeof given === "object" ? given : fields.parse({ attempts: given ?? attempts });
}

/** When a call of a server is tried again. */
export type CallRetry = RetryFields & { readonly on: readonly (string | number)[] };

/** Reports whether something is tried again after an error of so many attempts. */
export function isRetried(error: Error, attempts: number, fields: RetryFields): boolean {
  const { on } = fields;
  if (attempts >= fields.attempts) return false;
  return on === undefined || causes(error).some((cause) => {
    const { code, details } = cause as Failure;
    const status = isMap(details) ? details.status : undefined;
    return on.some((known) => known === code || (status !== undefined && String(known) === String(status)));
  });
}

/**
 * Returns how long to wait before the next attempt, in milliseconds: as the fields say, but no shorter than the error
 * asks for by `retryAfter` in its details, in seconds.
 *
 * @param attempts How many there were.
 * @param random A number from 0 to 1.
 */
export function retryDelay(error: Failure, attempts: number, fields: RetryFields, random: number): number {
  const wait = waitAfter(attempts, fields, random);
  const asked = isMap(error.details) ? Number(error.details.retryAfter) * 1_000 : 0;
  return Math.max(wait, asked > 0 ? asked : 0);
}

/** Returns how long to wait before the next attempt by the fields alone, in milliseconds; see `retryDelay`. */
export function waitAfter(
  attempts: number,
  { delay, factor, max, jitter }: Pick<RetryFields, "delay" | "factor" | "max" | "jitter">,
  random: number,
): number {
  return Math.min(max, delay * factor ** (attempts - 1)) * (1 - jitter * random);
}
