import { z } from "zod";
import { type CallRetry, callRetryFields, retriesOf, retryField } from "../retry_fields.ts";

/** Methods that may be repeated: the second request changes nothing more. */
export const IDEMPOTENT: readonly string[] = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];
const STATUSES = [408, 425, 429, 500, 502, 503, 504];

const fields = z.strictObject({
  ...callRetryFields(["timeout", "dns", "connection_refused", "connection_lost", ...STATUSES]),
  methods: z.array(z.string()).default([...IDEMPOTENT]).meta({
    description: "The methods that are repeated; others are where no connection was made. Default " +
      `${
        IDEMPOTENT.join(", ")
      }: those that can be repeated without harm. With \`idempotencyKey\`, POST may be one too.`,
  }),
});

/** When a request is sent again. */
export interface HttpRetry extends CallRetry {
  readonly methods: readonly string[];
}

/** The field `retry`. */
export const httpRetry = retryField(
  fields,
  "When the request is sent again: a number of attempts, or a map. Default never.",
);

/** Returns when a request is sent again, by the field `retry`; never without it. */
export function httpRetryOf(given: z.infer<typeof httpRetry>): HttpRetry {
  return retriesOf(fields, given);
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
