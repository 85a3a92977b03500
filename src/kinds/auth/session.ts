import type { ValueMap } from "../../value/mod.ts";

/** Who has logged in, and when. */
export interface Session {
  readonly subject: string;
  /** What else was said of them, as JSON has it. */
  readonly claims?: ValueMap;
  /** When it was begun, in milliseconds since 1970. */
  readonly began: number;
  /** When it was prolonged last. */
  readonly seen: number;
}

/** A way to keep sessions. What a cookie holds was signed before, and its signature checked. */
export interface Sessions {
  /**
   * Begins a session.
   *
   * @param expires When it ends unless it is prolonged, in milliseconds since 1970.
   * @returns What the cookie is to hold, in letters, digits, `-` and `_`.
   */
  begin(session: Session, expires: number): string | Promise<string>;
  /**
   * Returns the session that a cookie holds or names; undefined if there is none any more.
   *
   * @param key The number of the secret that it was signed with.
   */
  read(held: string, key: number): Session | undefined | Promise<Session | undefined>;
  /** Prolongs a session. @returns What the cookie is to hold; undefined if the session has ended meanwhile. */
  renew(held: string, session: Session, expires: number): string | undefined | Promise<string | undefined>;
  /** Ends a session, where that can be done. */
  end(held: string): void | Promise<void>;
  /** Ends all sessions of a subject. @returns How many there were. @throws {Error} If nobody knows of them. */
  endAll(subject: string): number | Promise<number>;
}

/** Reads a session of what was encrypted or signed; undefined if it is none. */
export function readSession(json: Uint8Array): Session | undefined {
  const { s, c, b, t } = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  if (typeof s !== "string" || typeof b !== "number" || typeof t !== "number") return undefined;
  return { subject: s, ...c !== undefined && { claims: c }, began: b, seen: t };
}

/** Writes a session in few bytes. */
export function writeSession({ subject, claims, began, seen }: Session): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify({ s: subject, c: claims, b: began, t: seen }));
}
