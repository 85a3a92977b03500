import { z } from "zod";
import { TOKEN } from "../../http/mod.ts";
import { duration, secret } from "../../spec/mod.ts";
import { checkOrigins, type OriginFinding } from "../net/origins.ts";

const PATH = /^\/[\x20-\x3a\x3c-\x7e]*$/;
const DOMAIN = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i;

/** How a node keeps sessions with browsers. */
export const cookieFields = z.strictObject({
  secret: z.union([secret(), z.array(secret()).min(1)]).meta({
    description:
      "The secret that cookies are signed with, of 32 bytes or more, or several: the first signs, and all are accepted, so " +
      "that one can be replaced. env:NAME or file:NAME.",
  }),
  name: z.string().regex(TOKEN, "expected letters, digits, - and _").default("session").meta({
    description: "The name of the cookie. Default session.",
  }),
  session: z.enum(["sealed", "signed", "memory"]).default("sealed").meta({
    description:
      "Where a session is: in the cookie, encrypted (`sealed`) or readable to whoever has it (`signed`), or in the memory " +
      "of the engine, with nothing but an id in the cookie (`memory`). Default sealed.",
  }),
  maxAge: duration().default(86_400_000).meta({
    description: "How long a session lasts without a request. Default 1d.",
  }),
  renew: z.boolean().default(true).meta({
    description: "Whether a request prolongs the session, so that `maxAge` is the time without one. Default true.",
  }),
  lifetime: duration().default(30 * 86_400_000).meta({
    description: "How long a session lasts in all, however often it is prolonged. Default 30d.",
  }),
  path: z.string().regex(PATH, "expected a path such as /").default("/").meta({
    description: "Below which path the cookie is sent. Default /.",
  }),
  domain: z.string().regex(DOMAIN, "expected a name such as example.com").optional().meta({
    description: "The domain to whose hosts the cookie is sent. Default: the host alone that has set it.",
  }),
  sameSite: z.enum(["strict", "lax", "none"]).default("lax").meta({
    description: "With which requests of other sites the cookie is sent: `lax` for links only. Default lax.",
  }),
  secure: z.boolean().default(true).meta({
    description:
      "Whether the cookie is sent over HTTPS only. Chromium, Firefox and curl make an exception for localhost. Default true.",
  }),
  sameOrigin: z.boolean().default(true).meta({
    description:
      "Whether a request that may change something (any but GET, HEAD and OPTIONS) and every handshake of a WebSocket must " +
      "come from a page of the same origin. Default true.",
  }),
  origins: z.array(z.string()).default([]).meta({
    description:
      "Other origins whose pages may send such requests: `https://shop.example`, or `https://*.shop.example` " +
      "for all below a name.",
  }),
}).meta({ description: "Accepts sessions that the port `login` has begun, by a cookie." });

/** How a node keeps sessions, with defaults. */
export type CookieFields = z.infer<typeof cookieFields>;

/** Returns what is wrong with fields that do not go together. */
export function checkCookie(fields: CookieFields): OriginFinding[] {
  const { name, path, domain, secure, sameSite, maxAge, lifetime, origins } = fields;
  const found: OriginFinding[] = checkOrigins(origins).map(({ location, ...rest }) => ({
    location: { path: ["cookie", ...location.path] },
    ...rest,
  }));
  const wrong = (field: string, message: string) => found.push({ location: { path: ["cookie", field] }, message });
  const prefix = /^__(?:Host|Secure)-/i.exec(name)?.[0];
  if (prefix !== undefined && !secure) wrong("secure", `invalid secure false: expected true, because of ${prefix}`);
  if (prefix?.toLowerCase() === "__host-") {
    if (path !== "/") wrong("path", `invalid path "${path}": expected "/", because of ${prefix}`);
    if (domain !== undefined) wrong("domain", `invalid domain "${domain}": expected none, because of ${prefix}`);
  }
  if (sameSite === "none" && !secure) {
    wrong("sameSite", 'invalid sameSite "none": expected lax or strict without secure, as browsers want it');
  }
  if (origins.some((origin) => origin === "*" || origin === "null")) {
    wrong("origins", "invalid origins: expected those that are trusted; sameOrigin: false lets all pages in");
  }
  if (maxAge < 1_000) wrong("maxAge", `invalid maxAge ${maxAge} ms: expected 1s or more`);
  if (lifetime < maxAge) wrong("lifetime", "invalid lifetime: expected no less than maxAge");
  return found;
}
