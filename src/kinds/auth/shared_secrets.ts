import { payloadHeader } from "../../http/mod.ts";
import { isList, isMap, type ValueMap } from "../../value/mod.ts";
import { type Identity, InvalidCredentials, isSame, type Method, quoted } from "./method.ts";

/** Secrets by the names of those who have them. */
export type Secrets = ReadonlyMap<string, string>;

const BASIC = /^basic +([a-z0-9+/=_-]+) *$/i;

/** Names and passwords by `Authorization: Basic`. */
export class BasicMethod implements Method {
  readonly #users: Secrets;
  readonly #realm: string;

  constructor(users: Secrets, realm: string) {
    this.#users = users;
    this.#realm = realm;
  }

  challenge(): string {
    return `Basic realm=${quoted(this.#realm)}, charset="UTF-8"`;
  }

  identify(request: ValueMap): Identity | undefined {
    const header = payloadHeader(request, "Authorization");
    if (header === undefined || !/^basic\b/i.test(header)) return undefined;
    const text = decoded(BASIC.exec(header)?.[1] ?? "");
    const colon = text.indexOf(":");
    const name = text.slice(0, Math.max(0, colon));
    const password = this.#users.get(name);
    // a name that is unknown takes as long as a wrong password
    const isRight = isSame(text.slice(colon + 1), password ?? "\0");
    if (colon < 0 || password === undefined || !isRight) throw new InvalidCredentials("invalid name or password");
    return { method: "basic", subject: name };
  }
}

function decoded(base64: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.fromBase64(base64));
  } catch {
    return "";
  }
}

/** Keys in a header or a parameter. */
export class ApiKeyMethod implements Method {
  readonly #keys: Secrets;
  readonly #header: string;
  readonly #query: string | undefined;
  readonly #realm: string;

  /** @param header The header that has the key, in canonical case. @param query The parameter that may have it too. */
  constructor(keys: Secrets, header: string, query: string | undefined, realm: string) {
    this.#keys = keys;
    this.#header = header;
    this.#query = query;
    this.#realm = realm;
  }

  challenge(): string {
    return `ApiKey realm=${quoted(this.#realm)}, header=${quoted(this.#header)}`;
  }

  identify(request: ValueMap): Identity | undefined {
    const given = payloadHeader(request, this.#header) ?? this.#parameter(request);
    if (given === undefined) return undefined;
    let owner: string | undefined;
    // all are compared, so that the time does not tell which key is near
    for (const [name, key] of this.#keys) if (isSame(given, key)) owner = name;
    if (owner === undefined) throw new InvalidCredentials("invalid key");
    return { method: "apiKey", subject: owner };
  }

  #parameter({ query }: ValueMap): string | undefined {
    if (this.#query === undefined || query === undefined || query === null || !isMap(query)) return undefined;
    const values = query[this.#query];
    const value = values !== undefined && isList(values) ? values[0] : values;
    return typeof value === "string" ? value : undefined;
  }
}
