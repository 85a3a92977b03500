import type { Clock, Random } from "@weft/weft/kind";
import { createHmac } from "node:crypto";
import { cookieText, cookieValues, encodeJson, isLoopback, MAX_COOKIE_SIZE } from "../../http/mod.ts";
import { failure, isMap, type Value, type ValueMap } from "../../value/mod.ts";
import type { CookieFields } from "./cookie_fields.ts";
import { SealedSessions, SignedSessions } from "./cookie_sessions.ts";
import { Origins } from "../net/origins.ts";
import { type SessionStore, StoredSessions } from "./memory_sessions.ts";
import { type Identity, InvalidCredentials, isSame, type Method, quoted } from "./method.ts";
import { checkSameOrigin, mayChange } from "./same_origin.ts";
import type { Session, Sessions } from "./session.ts";

/** What the cookies of a node are made with. */
export interface CookieOptions {
  readonly fields: CookieFields;
  readonly realm: string;
  /** The values of the secrets. */
  readonly secrets: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  /** Where sessions are that are not in their cookies. */
  readonly store: SessionStore | undefined;
}

/** The least length of a secret: that of what SHA-256 makes, in bytes. */
const SHORTEST_SECRET = 32;
/** How many cookies of the name are looked at: a page of a neighbouring host may add some. */
const MOST_COOKIES = 10;
/** Which part of its time a session is used before it is prolonged: not every answer needs a cookie. */
const UNTIL_RENEWAL = 0.1;

/** A session, and the cookie that holds it. */
interface Found {
  readonly session: Session;
  readonly held: string;
  /** The number of the secret that it is signed with. */
  readonly key: number;
}

/** Sessions by a signed cookie. */
export class CookieMethod implements Method {
  readonly #options: CookieOptions;
  readonly #signing: readonly Uint8Array[];
  readonly #sessions: Sessions;
  /** The other origins whose pages may change something. */
  readonly #origins: Origins;
  #isDoubted = false;

  private constructor(options: CookieOptions, signing: readonly Uint8Array[], sessions: Sessions) {
    this.#options = options;
    this.#signing = signing;
    this.#sessions = sessions;
    this.#origins = new Origins(options.fields.origins);
  }

  /** @throws {Error} If a secret is too short. */
  static async open(options: CookieOptions): Promise<CookieMethod> {
    const { fields: { session }, secrets, random, store } = options;
    const short = secrets.find((secret) => new TextEncoder().encode(secret).length < SHORTEST_SECRET);
    if (short !== undefined) {
      throw new Error(`a secret of cookie is too short: expected ${SHORTEST_SECRET} bytes or more`);
    }
    const bytes = (length: number) => random.bytes(length);
    const signing = await Promise.all(secrets.map((secret) => derived(secret, "sign")));
    if (store !== undefined) return new CookieMethod(options, signing, new StoredSessions(store, bytes));
    if (session === "signed") return new CookieMethod(options, signing, new SignedSessions());
    const sealing = await Promise.all(secrets.map(async (secret) => {
      const key = await derived(secret, "seal");
      return await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);
    }));
    return new CookieMethod(options, signing, new SealedSessions(sealing, bytes));
  }

  challenge(): string {
    const { realm, fields } = this.#options;
    return `Cookie realm=${quoted(realm)}, cookie-name=${quoted(fields.name)}`;
  }

  async identify(request: ValueMap): Promise<Identity | undefined> {
    const cookies = cookieValues(request, this.#options.fields.name);
    if (cookies.length === 0) return undefined;
    const found = await this.#find(cookies);
    if (found === undefined) throw new InvalidCredentials("the session is invalid or has ended");
    if (mayChange(request)) this.#checkOrigin(request);
    const { session } = found;
    const setCookie = await this.#renewed(found);
    return { ...identityOf(session), ...setCookie !== undefined && { setCookie } };
  }

  /**
   * Begins a session of whom a request names in `auth`, and ends the one that it has.
   *
   * @returns The identity, with the cookie to set.
   * @throws {Failure} `forbidden_origin` for a form on a page of another origin; `too_large`, if the cookie is.
   */
  async login(request: ValueMap): Promise<Identity & { readonly setCookie: string }> {
    if (mayChange(request)) this.#checkOrigin(request);
    const { clock } = this.#options;
    const session = sessionOf(request.auth ?? null, clock.now());
    const setCookie = this.#written(await this.#sessions.begin(session, this.#end(session)), session);
    const before = await this.#find(cookieValues(request, this.#options.fields.name));
    if (before !== undefined) await this.#sessions.end(before.held);
    return { ...identityOf(session), setCookie };
  }

  /** Ends the session of a request. @returns The cookie that takes the place of its own. */
  async logout(request: ValueMap): Promise<string> {
    // a page of another site may not log anybody out, not by a link either
    this.#checkOrigin(request);
    const found = await this.#find(cookieValues(request, this.#options.fields.name));
    if (found !== undefined) await this.#sessions.end(found.held);
    return this.#text("", 0);
  }

  /** Ends all sessions of a subject. @returns How many there were. */
  async logoutAll(subject: string): Promise<number> {
    return await this.#sessions.endAll(subject);
  }

  /** Returns why a browser will not keep the cookie of a request, once. */
  doubtOf({ scheme, host }: ValueMap): string | undefined {
    if (this.#isDoubted || !this.#options.fields.secure || scheme !== "http" || typeof host !== "string") return;
    if (isLoopback(host.replace(/:\d+$/, ""))) return;
    this.#isDoubted = true;
    return `a browser does not keep the cookie of http://${host}: expected HTTPS, trustedProxies of the listener where ` +
      "a proxy speaks it, or secure: false";
  }

  #checkOrigin(request: ValueMap): void {
    if (this.#options.fields.sameOrigin) checkSameOrigin(request, this.#origins);
  }

  /** Returns the first session that is valid. */
  async #find(cookies: readonly string[]): Promise<Found | undefined> {
    for (const cookie of cookies.slice(0, MOST_COOKIES)) {
      const opened = this.#opened(cookie);
      if (opened === undefined) continue;
      const session = await this.#sessions.read(opened.held, opened.key);
      if (session !== undefined && this.#end(session) > this.#options.clock.now()) {
        return { session, ...opened };
      }
    }
    return undefined;
  }

  /** Returns what a cookie holds, and the number of the secret that it was signed with. */
  #opened(cookie: string): { held: string; key: number } | undefined {
    if (cookie.length > MAX_COOKIE_SIZE) return undefined;
    const dot = cookie.lastIndexOf(".");
    const held = cookie.slice(0, Math.max(0, dot));
    const signature = cookie.slice(dot + 1);
    let key: number | undefined;
    // all are compared, so that the time does not tell which is near
    this.#signing.forEach((_, index) => {
      if (isSame(signature, this.#signature(held, index))) key ??= index;
    });
    return key === undefined ? undefined : { held, key };
  }

  /** What is signed for another realm, name or sort of session is not good here. */
  #signature(held: string, key: number): string {
    const { realm, fields: { name, session } } = this.#options;
    return createHmac("sha256", this.#signing[key]!).update(JSON.stringify([realm, name, session, held]))
      .digest("base64url");
  }

  /** Returns when a session ends unless it is prolonged. */
  #end({ began, seen }: Session): number {
    const { maxAge, lifetime, renew } = this.#options.fields;
    return Math.min((renew ? seen : began) + maxAge, began + lifetime);
  }

  async #renewed({ session, held, key }: Found): Promise<string | undefined> {
    const { fields: { maxAge, renew }, clock } = this.#options;
    const now = clock.now();
    // a cookie of an older secret gets a new signature at once
    if (!renew || key === 0 && now - session.seen < maxAge * UNTIL_RENEWAL) return undefined;
    const renewed = { ...session, seen: now };
    const cookie = await this.#sessions.renew(held, renewed, this.#end(renewed));
    return cookie === undefined ? undefined : this.#written(cookie, renewed);
  }

  #written(held: string, session: Session): string {
    const left = Math.max(1, Math.ceil((this.#end(session) - this.#options.clock.now()) / 1_000));
    const text = this.#text(`${held}.${this.#signature(held, 0)}`, left);
    if (text.length <= MAX_COOKIE_SIZE) return text;
    throw failure(
      `the session makes a cookie of ${text.length} bytes, and browsers keep no more than ${MAX_COOKIE_SIZE}: ` +
        "expected fewer claims, or session: memory",
      { code: "too_large" },
    );
  }

  #text(value: string, maxAge: number): string {
    const { name, ...attributes } = this.#options.fields;
    return cookieText(name, value, { ...attributes, maxAge });
  }
}

function identityOf({ subject, claims }: Session): Identity {
  return { method: "cookie", subject, ...claims !== undefined && { claims } };
}

/** Reads whom a request names in `auth`. */
function sessionOf(auth: Value, now: number): Session {
  if (!isMap(auth) || typeof auth.subject !== "string" || auth.subject === "") {
    throw new Error("invalid payload of login: expected a request with auth, a map with a subject, the name of a user");
  }
  const { subject, claims = null } = auth;
  if (claims === null) return { subject, began: now, seen: now };
  if (!isMap(claims)) throw new Error("invalid claims of login: expected a map");
  return { subject, claims: JSON.parse(encodeJson(claims)), began: now, seen: now };
}

/** Derives a key from a secret, for one purpose. */
async function derived(secret: string, purpose: string): Promise<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), "HKDF", false, ["deriveBits"]);
  const info = encoder.encode(`weft cookie ${purpose}`);
  const salt = new Uint8Array(0);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, 256));
}
