import { createHash, timingSafeEqual } from "node:crypto";
import type { Value, ValueMap } from "../../value/mod.ts";

/** Who sends a request, by one of the methods. */
export interface Identity {
  /** The method: `basic`, `jwt`, `apiKey`, `webhook`, `cookie`. */
  readonly method: string;
  /** The name of who sends it. */
  readonly subject: string | null;
  /** What else is known: the claims of a token or a session. */
  readonly claims?: ValueMap;
  /** A cookie that the answer sets. */
  readonly setCookie?: string;
}

/** A way in which a request may say who sends it. */
export interface Method {
  /** What `WWW-Authenticate` asks of a client. @param failed Whether the request had credentials that are not valid. */
  challenge(failed: boolean): string;
  /**
   * Returns who sends a request; undefined if it has no credentials of this method.
   *
   * @throws {InvalidCredentials} If it has some that are not valid.
   */
  identify(request: ValueMap): Identity | undefined | Promise<Identity | undefined>;
}

/** Credentials that are not valid. The message is for the client, and has nothing of them. */
export class InvalidCredentials extends Error {}

/** Compares secrets in a time that does not depend on where they differ. */
export function isSame(one: string | Uint8Array, other: string | Uint8Array): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(secret: string | Uint8Array): Uint8Array {
  return createHash("sha256").update(secret).digest();
}

/** Returns the payload of a request's identity. */
export function identityValue({ method, subject, claims }: Identity): Value {
  return { method, subject, ...claims !== undefined && { claims } };
}

/** Returns a string in quotes, as headers have it. */
export function quoted(text: string): string {
  return `"${text.replace(/[^\t\x20-\x7e]/g, "?").replace(/["\\]/g, "\\$&")}"`;
}
