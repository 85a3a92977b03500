import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { canonicalName, unauthorized, withField } from "../../http/mod.ts";
import { duration, secret } from "../../spec/mod.ts";
import { isMap, type ValueMap } from "../../value/mod.ts";
import { internalsOf } from "../internals.ts";
import { JwtMethod, KEY_ALGORITHMS, SECRET_ALGORITHMS } from "./jwt.ts";
import { identityValue, InvalidCredentials, type Method } from "./method.ts";
import { ApiKeyMethod, BasicMethod } from "./shared_secrets.ts";
import { WebhookMethod } from "./webhook.ts";

const secrets = (description: string) =>
  z.record(z.string().min(1), secret()).refine((map) => Object.keys(map).length > 0, "expected at least one")
    .describe(description);

const fields = z.object({
  realm: z.string().min(1).default("weft").describe("What is protected, as a browser shows it. Default weft."),
  basic: z.strictObject({ users: secrets("The passwords by the names of users: env:NAME or file:NAME.") }).optional()
    .describe("Accepts names and passwords by `Authorization: Basic`."),
  jwt: z.strictObject({
    secret: secret().optional().describe("The secret of tokens that are signed with one: env:NAME or file:NAME."),
    jwks: z.url({ protocol: /^https?$/ }).optional().describe("Where the public keys of tokens are, as a JWK set."),
    algorithms: z.array(z.enum([...SECRET_ALGORITHMS, ...KEY_ALGORITHMS])).min(1).optional().describe(
      "The algorithms that are accepted. Default those of a secret, or of public keys.",
    ),
    issuer: z.string().optional().describe("The `iss` that a token must have."),
    audience: z.string().optional().describe("The `aud` that a token must have."),
    tolerance: duration().default(5_000).describe("How far clocks may differ. Default 5s."),
  }).optional().describe("Accepts JSON Web Tokens by `Authorization: Bearer`."),
  apiKey: z.strictObject({
    keys: secrets("The keys by the names of who has them: env:NAME or file:NAME."),
    header: z.string().regex(/^[\w-]+$/).default("X-Api-Key").describe("The header of the key. Default X-Api-Key."),
    query: z.string().min(1).optional().describe("The parameter of the query that may have the key too. Default none."),
  }).optional().describe("Accepts keys."),
  webhook: z.strictObject({
    sender: z.enum(["github", "stripe", "slack"]).describe("Whose way of signing it is."),
    secret: z.union([secret(), z.array(secret()).min(1)]).describe(
      "The secret, or several of which any may have signed: env:NAME or file:NAME.",
    ),
    tolerance: duration().default(300_000).describe("How old a signature may be, where it has a time. Default 5m."),
  }).optional().describe("Accepts webhooks that are signed. The listener needs `rawBody: true`."),
});

const METHODS = ["basic", "jwt", "apiKey", "webhook"] as const;

/** Lets only requests pass that say who sends them. */
export const auth: Kind = defineKind({
  name: "auth",
  summary: "Lets requests pass that say truly who sends them, by a password, a token, a key or a signature.",
  place: "host",
  effect: "none",
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  about:
    "With several methods, any of them will do. The request goes on with `auth`: a map with `method`, `subject` (the name " +
    "of a user or of a key's owner, the `sub` of a token) and, of a token, `claims`. Secrets are compared in constant " +
    "time, and never written into a spec.",
  portSummaries: {
    out: "The request, with `auth`.",
    error: "An error of code `unauthorized`, which is a 401 with `WWW-Authenticate` where it is the answer.",
  },
  errors: { unauthorized: "The request has no valid credentials (401)." },
  examples: [{
    title: "Tokens of an identity provider",
    spec: { kind: "auth", jwt: { jwks: "https://login.example.com/.well-known/jwks.json", audience: "shop" } },
  }],
  check(given) {
    const { jwt } = given;
    if (METHODS.every((method) => given[method] === undefined)) {
      return [{ location: { path: [] }, message: `missing method of auth: expected one of ${METHODS.join(", ")}` }];
    }
    if (jwt === undefined) return [];
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
  },
  async prepare(context) {
    const { fields: { realm, basic, jwt, apiKey, webhook }, clock } = context;
    const { privateHosts } = internalsOf(context);
    const now = () => clock.now();
    const secretOf = async (reference: string) => {
      const value = await context.secret(reference);
      // what is empty by mistake must not let in who sends nothing
      if (value === "") throw new Error(`empty secret ${reference}`);
      return value;
    };
    const secretsOf = async (references: Readonly<Record<string, string>>) =>
      new Map(
        await Promise.all(
          Object.entries(references).map(async ([name, reference]) => [name, await secretOf(reference)] as const),
        ),
      );
    const methods: Method[] = [];
    if (basic !== undefined) methods.push(new BasicMethod(await secretsOf(basic.users), realm));
    if (jwt !== undefined) {
      const secret = jwt.secret === undefined ? undefined : await secretOf(jwt.secret);
      methods.push(await JwtMethod.open({ ...jwt, secret, realm }, now, privateHosts));
    }
    if (apiKey !== undefined) {
      const keys = await secretsOf(apiKey.keys);
      methods.push(new ApiKeyMethod(keys, canonicalName(apiKey.header), apiKey.query, realm));
    }
    if (webhook !== undefined) {
      const list = [webhook.secret].flat();
      const values = await Promise.all(list.map(secretOf));
      methods.push(new WebhookMethod(webhook.sender, values, webhook.tolerance, now));
    }
    return {
      concurrency: Infinity,
      async in(payload) {
        if (!isMap(payload) || payload.header === undefined) {
          throw new Error("invalid payload of an auth: expected a request, a map with a header");
        }
        return await identified(payload, methods);
      },
    };
  },
});

/** Returns a request with who sends it. @throws {Failure} `unauthorized`. */
async function identified(request: ValueMap, methods: readonly Method[]): Promise<ValueMap> {
  let failed: [Method, InvalidCredentials] | undefined;
  for (const method of methods) {
    try {
      const identity = await method.identify(request);
      if (identity !== undefined) return withField(request, "auth", identityValue(identity));
    } catch (error) {
      if (!(error instanceof InvalidCredentials)) throw error;
      failed ??= [method, error];
    }
  }
  throw unauthorized(
    failed?.[1].message ?? "Unauthorized",
    methods.map((method) => method.challenge(method === failed?.[0])),
  );
}
