import { isList, isMap, type Value } from "../../value/mod.ts";
import { edited } from "../model/at_path.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { showPath } from "../model/show.ts";
import type { Path } from "../model/spec.ts";
import { hasTemplate } from "../template/template.ts";
import { SECRET_REFERENCE } from "./secret_references.ts";

/** What stands in the place of a secret. */
const MASK = "***";

/** The last word of the names of fields that hold secrets, in lower case and without `_` and `-`. */
const SECRET_NAME =
  /(?:password|passwd|pwd|passphrase|secret|token|apikey|privatekey|accesskey|secretkey|signingkey|encryptionkey|credential|authorization)(s?)$/;

/** What secrets look like that name themselves, and what they are. */
const SHAPES: readonly (readonly [shape: RegExp, what: string])[] = [
  [/-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/, "a private key"],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/, "a key of AWS"],
  [/\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/, "a token of GitHub"],
  [/\bglpat-[\w-]{20,}/, "a token of GitLab"],
  [/\bxox[abeoprs]-[\w-]{10,}/, "a token of Slack"],
  [/\b(?:sk|rk)_(?:live|test)_\w{16,}/, "a key of Stripe"],
  [/\bAIza[\w-]{35}/, "a key of Google"],
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+/, "a JSON Web Token"],
  [/^(?:bearer|basic)\s+[\w+/=.~-]{8,}$/i, "a header with a token"],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s/?#@:]*:[^\s/?#@]+@/i, "a URL with a password"],
];

/**
 * Returns the diagnostics of secrets that stand in data themselves, in the place of references: by the names of their fields,
 * and by what they look like. No message contains any of a secret.
 *
 * @param path Where the data stands in its spec.
 * @param name The name under which it stands. Default: the last step of the path.
 * @param mayBePlural Whether the name may be the plural of a word for secrets, as it is for items of a list. Default false.
 */
export function literalSecrets(data: Value, path: Path, name = path.at(-1), mayBePlural = false): Diagnostic[] {
  if (typeof data === "string" || typeof data === "number") {
    const what = typeof data === "string" ? shapeOf(data) : undefined;
    if (what === undefined && !isSecretField(name, data, mayBePlural)) return [];
    const is = what === undefined ? "" : `it is ${what}; `;
    const message = `invalid ${
      showPath(path)
    }: ${is}expected env:NAME or file:NAME, because a secret is not written into a spec`;
    const hint = "start --env NAME grants env:NAME, start --secrets FOLDER has the files of file:NAME";
    return [{ location: { path }, message, hint }];
  }
  if (isList(data)) return data.flatMap((item, index) => literalSecrets(item, [...path, index], name, true));
  if (!isMap(data)) return [];
  // in `passwords: { ada: ... }` a name is that of whose secret it is
  const own = typeof name === "string" && SECRET_NAME.exec(wordOf(name))?.[1] === "s";
  return Object.keys(data).flatMap((key) => {
    const item = data[key]!;
    return typeof item === "string" && own
      ? literalSecrets(item, [...path, key], name, true)
      : literalSecrets(item, [...path, key]);
  });
}

/** Returns data in which `***` stands in the place of secrets: what an older version of Weft has stored may have some. */
export function withoutSecrets(data: Value, name?: string): Value {
  const places = literalSecrets(data, ["data"], name).map(({ location }) => location!.path!.slice(1));
  if (places.length === 0) return data;
  return edited(data, places.map((path) => ({ path, value: MASK })));
}

/** Returns a warning of a string in a field of a node that looks like a secret; undefined for any other. */
export function secretInField(text: string, path: Path): Diagnostic | undefined {
  const what = shapeOf(text);
  if (what === undefined) return undefined;
  const message = `${showPath(path)} is ${what}, which everybody sees who reads specs, versions and logs`;
  const hint = "bind it by the field env, as env:NAME or file:NAME, and write {{ env.NAME }}";
  return { location: { path }, message, hint, severity: "warning" };
}

function isSecretField(name: string | number | undefined, data: string | number, mayBePlural: boolean): boolean {
  // what a template in it reads is no secret that is written here
  if (typeof name !== "string" || data === "" || typeof data === "string" && hasTemplate(data)) return false;
  const word = wordOf(name);
  const found = SECRET_NAME.exec(word);
  if (found === null || found[1] === "s" && !mayBePlural) return false;
  return typeof data === "number" ? /(?:password|passwd|pwd|passphrase)s?$/.test(word) : !SECRET_REFERENCE.test(data);
}

function wordOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, "");
}

function shapeOf(text: string): string | undefined {
  const written = text.replace(/\{\{[^]*?\}\}/g, " ");
  return SHAPES.find(([shape]) => shape.test(written))?.[1];
}
