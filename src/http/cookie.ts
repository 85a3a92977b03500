import { defineDecoder, setKey, type Value, type ValueMap } from "../value/mod.ts";

/** The values of cookies by their names; of several of a name the first, which is that of the longest path. */
export type Cookies = Record<string, string>;

/** Where a cookie is sent, and for how long. */
export interface CookieAttributes {
  readonly path: string;
  readonly domain?: string | undefined;
  /** How long it is kept, in seconds; 0 deletes it. */
  readonly maxAge: number;
  readonly secure: boolean;
  readonly sameSite: "strict" | "lax" | "none";
}

/** The size up to which browsers keep a cookie: name, value and attributes, in bytes. */
export const MAX_COOKIE_SIZE = 4096;

/**
 * Parses the value of a header `Cookie`. Accepts any string: what is no pair is skipped, quotes around a value are
 * removed, and a percent-encoding is decoded where it is valid.
 *
 * @example
 * ```ts
 * parseCookies('a=1; b="x%20y"; a=2'); // { a: "1", b: "x y" }
 * ```
 */
export function parseCookies(text: string): Cookies {
  const cookies: Cookies = {};
  for (const [name, value] of pairsOf(text)) {
    if (!Object.hasOwn(cookies, name)) setKey(cookies, name, decoded(value));
  }
  return cookies;
}

/** Returns the values of all cookies of a name, as they were sent. @param request The payload of a request. */
export function cookieValues({ header }: ValueMap, name: string): string[] {
  const values = header === null || header === undefined ? undefined : (header as ValueMap).Cookie;
  const texts = Array.isArray(values) ? values : [values];
  return texts.flatMap((text) =>
    typeof text === "string" ? [...pairsOf(text)].filter(([known]) => known === name).map(([, value]) => value) : []
  );
}

function* pairsOf(text: string): Generator<[name: string, value: string]> {
  for (const pair of text.split(";")) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, Math.max(0, at)).trim();
    if (name === "") continue;
    const value = pair.slice(at + 1).trim();
    const isQuoted = value.length > 1 && value.startsWith('"') && value.endsWith('"');
    yield [name, isQuoted ? value.slice(1, -1) : value];
  }
}

function decoded(value: string): string {
  if (!value.includes("%")) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/**
 * Writes the value of a header `Set-Cookie`; no script of a page can read the cookie.
 *
 * @param name A token. @param value Characters that a cookie may have; neither is checked here.
 */
export function cookieText(name: string, value: string, attributes: CookieAttributes): string {
  const { path, domain, maxAge, secure, sameSite } = attributes;
  return [
    `${name}=${value}`,
    `Path=${path}`,
    ...domain === undefined ? [] : [`Domain=${domain}`],
    `Max-Age=${maxAge}`,
    "HttpOnly",
    ...secure ? ["Secure"] : [],
    `SameSite=${sameSite[0]!.toUpperCase()}${sameSite.slice(1)}`,
  ].join("; ");
}

// the source is all headers, as written by `headerText`: HTTP/2 may send each cookie as a header of its own
defineDecoder("cookies", (source) => {
  const lines = String(source).split("\n").filter((line) => line.startsWith("cookie:"));
  return parseCookies(lines.map((line) => line.slice("cookie:".length)).join(";")) as Value;
});
