import { type Failure, failure, isList, isMap, kindOf, type Value, type ValueMap } from "../../value/mod.ts";

/** What a URL is made of. */
export interface TargetParts {
  /** The URL of the connection. */
  readonly base: URL | undefined;
  /** The field `url`. */
  readonly url: string | undefined;
  /** The field `query`, and the parameters of the connection. */
  readonly query: ValueMap;
  /** The request that the payload describes. */
  readonly payload: ValueMap;
}

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:/i;
const PARAMETER = /(?<=\/):([A-Za-z_][A-Za-z0-9_]*)/g;

function invalid(message: string): Failure {
  return failure(message, { code: "invalid" });
}

/**
 * Returns the URL of a request. What the payload says stays below what the connection and the field `url` say: it adds
 * to a URL that ends with `/` or has no path, and fills parameters such as `:id`.
 *
 * @throws {Failure} `invalid`, if the payload has no URL where one is needed, or leads elsewhere.
 */
export function targetUrl({ base, url, query, payload }: TargetParts): URL {
  let at = base;
  if (url !== undefined) {
    const filled = url.replace(PARAMETER, (_, name) => parameter(payload.params, name));
    at = base === undefined ? absolute(filled) : below(base, filled);
  }
  const { url: given, path } = payload;
  if (given !== undefined && given !== null) {
    if (typeof given !== "string") throw invalid(`invalid url of the payload, ${kindOf(given)}: expected text`);
    if (at === undefined) at = absolute(given);
    else at = ABSOLUTE.test(given) || given.startsWith("//") ? sameOrigin(at, given) : below(at, given);
  } else if (typeof path === "string" && at !== undefined && (url === undefined || at.pathname.endsWith("/"))) {
    at = below(at, path.replaceAll("?", "%3F").replaceAll("#", "%23"));
  }
  if (at === undefined) throw invalid("missing url: expected one in the field url, in a connection, or in the payload");
  const result = new URL(at);
  setQuery(result.searchParams, query, "query");
  setQuery(result.searchParams, payload.query ?? {}, "query of the payload");
  result.hash = "";
  return result;
}

/** Reads an absolute URL. @throws {Failure} `invalid`, if it is none, of HTTP, without user and password. */
export function absolute(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw invalid(`invalid url ${JSON.stringify(text.slice(0, 200))}: expected one such as https://example.com/path`);
  }
  if (url.username !== "" || url.password !== "") {
    throw invalid("invalid url with a user or a password: expected them in the auth of a connection");
  }
  return url;
}

function parameter(params: Value | undefined, name: string): string {
  const value = isMap(params ?? null) ? (params as ValueMap)[name] : undefined;
  if (value === undefined || value === null || typeof value === "object" || value === "") {
    throw invalid(`missing parameter "${name}" of the url: expected it in params of the payload`);
  }
  const text = String(value);
  // a segment of dots would lead elsewhere, encoded or not
  if (/^\.{1,2}$/.test(text)) throw invalid(`invalid parameter "${name}" of the url, ${JSON.stringify(text)}`);
  return encodeURIComponent(text);
}

/** Returns the URL of a path, with or without a query, below another URL. */
function below(base: URL, reference: string): URL {
  const mark = reference.search(/[?#]/);
  const path = mark < 0 ? reference : reference.slice(0, mark);
  const result = new URL(base);
  const folder = base.pathname.replace(/\/$/, "");
  const rest = path.replace(/^\/+/, "");
  if (rest !== "") {
    result.pathname = `${folder}/${rest}`;
    if (!result.pathname.startsWith(`${folder}/`)) throw outside(reference, base);
  }
  if (mark >= 0 && reference[mark] === "?") {
    for (const [name, value] of new URLSearchParams(reference.slice(mark).split("#")[0])) {
      result.searchParams.append(name, value);
    }
  }
  return result;
}

function sameOrigin(base: URL, text: string): URL {
  const url = absolute(text.startsWith("//") ? base.protocol + text : text);
  const folder = base.pathname.replace(/\/$/, "");
  const isBelow = url.pathname === base.pathname || url.pathname.startsWith(`${folder}/`);
  if (url.origin !== base.origin || !isBelow) throw outside(text, base);
  return url;
}

function outside(reference: string, { origin, pathname }: URL): Failure {
  return invalid(
    `invalid url ${JSON.stringify(reference.slice(0, 200))} of the payload: it leaves ${origin}${pathname}`,
  );
}

/** Sets parameters; each takes the place of those of its name. */
function setQuery(parameters: URLSearchParams, query: Value, what: string): void {
  if (!isMap(query)) throw invalid(`invalid ${what}, ${kindOf(query)}: expected a map`);
  for (const name of Object.keys(query)) {
    const value = query[name]!;
    parameters.delete(name);
    for (const item of isList(value) ? value : [value]) {
      if (item === null) continue;
      if (typeof item === "object" && !(item instanceof Date)) {
        throw invalid(`invalid ${what}, ${name} is a ${kindOf(item)}: expected text`);
      }
      parameters.append(name, item instanceof Date ? item.toJSON() : String(item));
    }
  }
}
