import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from "jose";
import { lookup } from "node:dns/promises";
import { hostAndPort, payloadHeader } from "../../http/mod.ts";
import { isMap, type Value, type ValueMap } from "../../value/mod.ts";
import type { PrivateHosts } from "../net/private_hosts.ts";
import { type Identity, InvalidCredentials, type Method, quoted } from "./method.ts";

/** The algorithms of a shared secret, and those of a public key. The two are never mixed: a public key is no secret. */
export const SECRET_ALGORITHMS: readonly string[] = ["HS256", "HS384", "HS512"];
export const KEY_ALGORITHMS: readonly string[] = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
];

/** What the tokens have to be. */
export interface TokenRules {
  readonly secret?: string | undefined;
  readonly jwks?: string | undefined;
  readonly algorithms?: readonly string[] | undefined;
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  /** How far clocks may differ, in milliseconds. */
  readonly tolerance: number;
  readonly realm: string;
}

/** Returns what is wrong with the fields of tokens. */
export function checkJwt(jwt: Pick<TokenRules, "secret" | "jwks" | "algorithms">) {
  if ((jwt.secret === undefined) === (jwt.jwks === undefined)) {
    return [{ location: { path: ["jwt"] }, message: "invalid jwt: expected either secret or jwks" }];
  }
  const usable = jwt.secret === undefined ? KEY_ALGORITHMS : SECRET_ALGORITHMS;
  return (jwt.algorithms ?? []).flatMap((algorithm, index) =>
    usable.includes(algorithm) ? [] : [{
      location: { path: ["jwt", "algorithms", index] },
      message: `invalid algorithm "${algorithm}": expected ${usable.join(", ")} with ${
        jwt.secret === undefined ? "jwks" : "a secret"
      }`,
    }]
  );
}

/** The least length of a secret: that of what SHA-256 makes, in bytes. */
const SHORTEST_SECRET = 32;

/** Tokens by `Authorization: Bearer`. */
export class JwtMethod implements Method {
  readonly #verify: (token: string) => Promise<JWTPayload>;
  readonly #realm: string;

  private constructor(verify: (token: string) => Promise<JWTPayload>, realm: string) {
    this.#verify = verify;
    this.#realm = realm;
  }

  /** @param now The time, in milliseconds. @throws {Error} If the secret is too short. */
  static async open(rules: TokenRules, now: () => number, hosts: PrivateHosts): Promise<JwtMethod> {
    const { createRemoteJWKSet, customFetch, errors, jwtVerify } = await import("jose");
    const { secret, jwks, algorithms, issuer, audience, tolerance, realm } = rules;
    const bytes = new TextEncoder().encode(secret ?? "");
    if (jwks === undefined && bytes.length < SHORTEST_SECRET) {
      throw new Error(`the secret of jwt is too short: expected ${SHORTEST_SECRET} bytes or more`);
    }
    const key: Uint8Array | JWTVerifyGetKey = jwks === undefined ? bytes : createRemoteJWKSet(new URL(jwks), {
      [customFetch]: (url: string, init: RequestInit) => guardedFetch(url, init, hosts),
    });
    const options: JWTVerifyOptions = {
      algorithms: [...algorithms ?? (jwks === undefined ? SECRET_ALGORITHMS : KEY_ALGORITHMS)],
      clockTolerance: tolerance / 1_000,
      ...issuer !== undefined && { issuer },
      ...audience !== undefined && { audience },
    };
    const verify = async (token: string) => {
      const given = { ...options, currentDate: new Date(now()) };
      try {
        return (await (typeof key === "function" ? jwtVerify(token, key, given) : jwtVerify(token, key, given)))
          .payload;
      } catch (error) {
        if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) throw error;
        if (error instanceof errors.JOSEError && error.message !== UNREADABLE_KEYS) {
          throw new InvalidCredentials(error instanceof errors.JWTExpired ? "the token has expired" : "invalid token");
        }
        throw error;
      }
    };
    return new JwtMethod(verify, realm);
  }

  challenge(failed: boolean): string {
    return `Bearer realm=${quoted(this.#realm)}${failed ? ', error="invalid_token"' : ""}`;
  }

  async identify(request: ValueMap): Promise<Identity | undefined> {
    const header = payloadHeader(request, "Authorization");
    if (header === undefined || !/^bearer\b/i.test(header)) return undefined;
    const claims = await this.#verify(header.slice("bearer".length).trim()) as Value;
    if (!isMap(claims)) throw new InvalidCredentials("invalid token");
    return { method: "jwt", subject: typeof claims.sub === "string" ? claims.sub : null, claims };
  }
}

/** What jose says when the server of the keys does not answer with them. */
const UNREADABLE_KEYS = "Expected 200 OK from the JSON Web Key Set HTTP response";

/** Fetches keys; not from private addresses, and not from where a redirect leads. */
async function guardedFetch(url: string, init: RequestInit, hosts: PrivateHosts): Promise<Response> {
  const { host, port } = hostAndPort(new URL(url));
  hosts.allowed(host, port, await lookup(host, { all: true }));
  const response = await fetch(url, { ...init, redirect: "error" });
  if (response.status === 200) return response;
  // nobody would read its body
  await response.body?.cancel();
  return new Response(null, { status: response.status });
}
