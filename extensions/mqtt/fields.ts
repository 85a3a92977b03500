import { parseDuration } from "@weft/weft/kind";
import { z } from "zod";

/** Returns the schema of a duration in milliseconds. */
export function duration() {
  return z.union([
    z.number().nonnegative(),
    z.string().refine((text) => parseDuration(text) !== undefined).transform((text) => parseDuration(text)!),
  ], { error: "expected a duration such as 500ms, 2s or 1m30s, or a number of milliseconds" });
}

/** Returns the schema of a reference to a secret. */
export function secret() {
  // the value is not part of a message: it may be the secret itself
  return z.string().regex(/^(?:env:[A-Za-z_]\w*|file:[^/\0][^\0]*)$/, {
    error: "expected env:NAME or file:NAME, because a secret is not written into a spec",
  });
}

/** The field by which nodes name their connection. */
export const connectionField = z.string().min(1).describe("The name of a connection of kind mqtt.");

/** How a message is read or written. */
export const FORMATS = ["auto", "json", "text", "bytes"] as const;
