import { z } from "zod";
import { type Retry, retryFields } from "../retry_fields.ts";

/** Methods that may be repeated: the second request changes nothing more. */
export const IDEMPOTENT: readonly string[] = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];
const STATUSES = [408, 425, 429, 500, 502, 503, 504];

const fields = z.strictObject({
  ...retryFields(["timeout", "dns", "connection_refused", "connection_lost"]),
  statuses: z.array(z.int().min(100).max(599)).default(STATUSES).meta({
    description: `The statuses after which it is tried again. Default ${STATUSES.join(", ")}.`,
  }),
  methods: z.array(z.string()).default([...IDEMPOTENT]).meta({
    description: "The methods that are repeated; others are where no connection was made. Default " +
      `${
        IDEMPOTENT.join(", ")
      }: those that can be repeated without harm. With \`idempotencyKey\`, POST may be one too.`,
  }),
});

/** When a request is sent again. */
export interface HttpRetry extends Retry {
  readonly statuses: readonly number[];
  readonly methods: readonly string[];
}

/** The schema of the field `retry`: the fields, or the number of attempts. */
export const httpRetry = z.union([fields, z.int().min(1).max(100)], {
  error: "expected a number of attempts, or a map with attempts, delay, factor, jitter, max, codes, statuses, methods",
});

/** Returns when a request is sent again, by the field `retry`; never without it. */
export function httpRetryOf(given: z.infer<typeof httpRetry> | undefined): HttpRetry {
  return typeof given === "object" ? given : fields.parse({ attempts: given ?? 1 });
}

/** Returns what `Retry-After` says, in milliseconds from now; undefined if it says nothing. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The codes of errors before which nothing was sent. */
export const UNSENT: ReadonlySet<string> = new Set(["dns", "connection_refused", "tls"]);
