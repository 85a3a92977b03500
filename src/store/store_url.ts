import { RegistryError } from "../registry/mod.ts";

/**
 * Returns the URL of a store, which `env:NAME` names by a variable of the environment: so that no password is part of a
 * command line, which others on the machine can see.
 *
 * @throws {RegistryError} `invalid`, if there is no such variable or it must not be read.
 */
export function storeUrl(store: string): string {
  const [, name] = /^env:(.*)$/s.exec(store) ?? [];
  if (name === undefined) return store;
  let url: string | undefined;
  try {
    url = name === "" ? undefined : Deno.env.get(name);
  } catch (cause) {
    throw new RegistryError(
      "invalid",
      `invalid store "${store}": needs the permission to read it, --allow-env=${name}; WEFT_* is allowed by default`,
      { cause },
    );
  }
  if (url !== undefined && url !== "" && !url.startsWith("env:")) return url;
  throw new RegistryError("invalid", `invalid store "${store}": expected a variable of the environment with a store`);
}

/** Returns a URL of a store for people to read: without user, password and parameters. */
export function storeName(url: string): string {
  // a password may hold what ends it elsewhere, such as an @ or a /
  const hidden = url.replace(/^([a-z][a-z0-9+.-]*:\/\/)(?:.*@)?/is, "$1");
  return hidden === url && !/^postgres(?:ql)?:/i.test(url) ? url : hidden.replace(/[?#].*$/s, "");
}

/** Splits a URL into its scheme and the rest; undefined for a path. A scheme of one letter is a drive. */
export function schemeOf(url: string): RegExpExecArray | null {
  return /^([a-z][a-z0-9+.-]+):(.*)$/is.exec(url);
}

/** Reports whether a URL names a store on a server, which is not looked for on this machine. */
export function isRemote(url: string): boolean {
  return /^postgres(?:ql)?:/i.test(url);
}
