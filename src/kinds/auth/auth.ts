import { type Call, defineKind, type Kind, type Port, type Reply } from "@weft/weft/kind";
import { z } from "zod";
import { canonicalName, unauthorized, withField, withHeader } from "../../http/mod.ts";
import { duration, secret } from "../../spec/mod.ts";
import { isMap, type Value, type ValueMap } from "../../value/mod.ts";
import { internalsOf } from "../internals.ts";
import { isLinked } from "../links.ts";
import { CookieMethod } from "./cookie.ts";
import { checkCookie, cookieFields } from "./cookie_fields.ts";
import { checkJwt, JwtMethod, KEY_ALGORITHMS, SECRET_ALGORITHMS } from "./jwt.ts";
import { MemoryStore } from "./memory_sessions.ts";
import { type Identity, identityValue, InvalidCredentials, type Method } from "./method.ts";
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
  cookie: cookieFields.optional(),
});

const METHODS = ["basic", "jwt", "apiKey", "webhook", "cookie"] as const;

/** Lets only requests pass that say who sends them. */
export const auth: Kind = defineKind({
  name: "auth",
  summary: "Lets requests pass that say truly who sends them, by a password, a token, a key, a signature or a session.",
  place: "host",
  effect: "none",
  fields,
  ports: { in: ["in", "login", "logout"], out: ["out", "error", "loggedIn", "loggedOut"] },
  portsOf: ({ cookie }) =>
    cookie === undefined ? { in: ["in"], out: ["out", "error"] } : {
      in: ["in", "login", "logout"],
      out: ["out", "error", "loggedIn", "loggedOut"],
    },
  about: `
With several methods, any of them will do. The request goes on with \`auth\`: a map with \`method\`, \`subject\` (the name
of a user or of a key's owner, the \`sub\` of a token) and, of a token or a session, \`claims\`. Secrets are compared in
constant time, and never written into a spec.

With \`cookie\`, the node keeps sessions with browsers. A node that has checked a password sends the request to \`login\`,
with \`auth\`: a map with \`subject\` and, if more is to be known of the user, \`claims\`. It goes on by \`loggedIn\`, and
what answers there gets the cookie; where nothing is linked, the answer is a 204 with it. A request to \`logout\` ends its
session and goes on by \`loggedOut\`; what answers there deletes the cookie. They are ports of this node, and no kinds of
their own, because they have to agree with it on secret, name, place and time. Link \`error\` to what leads browsers to the
page for logging in.

Cookies are signed by HMAC-SHA256, and good for nodes of the same secret, \`realm\` and name. They are HttpOnly, Secure and
SameSite=Lax. A login begins a new session, whatever cookie comes with it. A session is prolonged by requests, at most
each tenth of \`maxAge\`; an answer with a cookie has \`Cache-Control: no-store\`. A sealed or signed session is good until
its time is over, wherever a copy of its cookie is; one in memory ends when its user logs out, when the engine ends, or
when a map with nothing but a \`subject\` is sent to \`logout\`, which ends all sessions of that user. At most 100,000 are
kept; a change of the specs keeps them.

A request by a cookie that may change something is refused where a page of another origin has sent it, as
\`Sec-Fetch-Site\`, or \`Origin\` and \`Referer\`, say; so is every request to \`logout\`. Behind a proxy that changes \`Host\`,
set \`trustedProxies\` of the listener, or \`origins\`.
`.trim(),
  portSummaries: {
    in: "Requests.",
    login: "With `cookie`: a request of somebody who may log in, with `auth`.",
    logout:
      "With `cookie`: a request whose session ends, or a map with nothing but a `subject`, all of whose sessions end.",
    out: "The request, with `auth`.",
    error:
      "An error of code `unauthorized`, which is a 401 with `WWW-Authenticate` where it is the answer, or `forbidden_origin`.",
    loggedIn: "The request, with `auth`; its answer gets the cookie.",
    loggedOut:
      "The request, whose answer deletes the cookie; or a map of `subject` and `sessions`, how many have ended.",
  },
  errors: {
    unauthorized: "The request has no valid credentials (401).",
    forbidden_origin: "A page of another origin has sent the request (403).",
    too_large: "The cookie of a session would have more than 4096 bytes.",
  },
  examples: [{
    title: "Tokens of an identity provider",
    spec: { kind: "auth", jwt: { jwks: "https://login.example.com/.well-known/jwks.json", audience: "shop" } },
  }, {
    title: "Sessions in memory, with a secret that is being replaced",
    spec: { kind: "auth", cookie: { secret: ["env:COOKIE_NEXT", "env:COOKIE"], session: "memory", maxAge: "8h" } },
  }],
  check(given) {
    const { jwt, cookie } = given;
    if (METHODS.every((method) => given[method] === undefined)) {
      return [{ location: { path: [] }, message: `missing method of auth: expected one of ${METHODS.join(", ")}` }];
    }
    return [...cookie === undefined ? [] : checkCookie(cookie), ...jwt === undefined ? [] : checkJwt(jwt)];
  },
  async prepare(context) {
    const { fields: { realm, basic, jwt, apiKey, webhook, cookie }, clock, random, ports, log, use } = context;
    const { privateHosts, symbol } = internalsOf(context);
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
    let sessions: CookieMethod | undefined;
    if (cookie !== undefined) {
      const secrets = await Promise.all([cookie.secret].flat().map(secretOf));
      const store = cookie.session === "memory" ? await use(symbol.id, () => new MemoryStore(now)) : undefined;
      sessions = await CookieMethod.open({ fields: cookie, realm, secrets, clock, random, store });
      methods.push(sessions);
    }
    const send = (call: Call, port: Port, payload: Value, setCookie: string | undefined): Reply => {
      if (setCookie === undefined) return call.send(port, payload);
      // what a cache keeps would log in whoever gets it
      const header = { "Set-Cookie": setCookie, "Cache-Control": "no-store" };
      return call.send(port, payload, (_, answer) => withHeader(answer, header));
    };
    return {
      concurrency: Infinity,
      async in(payload, call) {
        const identity = await identified(requestOf(payload, "an auth"), methods);
        return send(
          call,
          ports.out,
          withField(payload as ValueMap, "auth", identityValue(identity)),
          identity.setCookie,
        );
      },
      async login(payload, call) {
        const request = requestOf(payload, "login");
        const doubt = sessions!.doubtOf(request);
        if (doubt !== undefined) log.warn(doubt, call);
        const { setCookie, ...identity } = await sessions!.login(request);
        const next = withField(request, "auth", identityValue(identity));
        return send(call, ports.loggedIn, isLinked(call, ports.loggedIn) ? next : { status: 204 }, setCookie);
      },
      async logout(payload, call) {
        if (isMap(payload) && typeof payload.subject === "string" && Object.keys(payload).length === 1) {
          const { subject } = payload;
          return call.send(ports.loggedOut, { subject, sessions: await sessions!.logoutAll(subject) });
        }
        const request = requestOf(payload, "logout");
        const setCookie = await sessions!.logout(request);
        return send(call, ports.loggedOut, isLinked(call, ports.loggedOut) ? request : { status: 204 }, setCookie);
      },
    };
  },
});

function requestOf(payload: Value, what: string): ValueMap {
  if (isMap(payload) && payload.header !== undefined) return payload;
  throw new Error(`invalid payload of ${what}: expected a request, a map with a header`);
}

/** Returns who sends a request. @throws {Failure} `unauthorized`. */
async function identified(request: ValueMap, methods: readonly Method[]): Promise<Identity> {
  let failed: [Method, InvalidCredentials] | undefined;
  for (const method of methods) {
    try {
      const identity = await method.identify(request);
      if (identity !== undefined) return identity;
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
