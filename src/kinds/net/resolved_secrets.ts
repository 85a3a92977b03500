import { createHash } from "node:crypto";
import type { TlsData } from "./connection.ts";

/** Reads secrets by their references. */
export type ReadSecret = (reference: string) => Promise<string>;

const REFERENCE = /^(?:env:[A-Za-z_]|file:)/;

/** Returns a value, or the secret if the value is a reference to one. */
export async function valueOf(text: string, secret: ReadSecret): Promise<string> {
  return REFERENCE.test(text) ? await secret(text) : text;
}

/** Returns the values of a map, with secrets in the place of their references. */
export async function valuesOf(
  map: Readonly<Record<string, string>>,
  secret: ReadSecret,
): Promise<Record<string, string>> {
  const pairs = Object.entries(map).map(async ([name, text]) => [name, await valueOf(text, secret)] as const);
  return Object.fromEntries(await Promise.all(pairs));
}

/** Certificates and keys, as `node:tls` takes them. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Returns the certificates and keys of a connection. */
export async function tlsOptionsOf(tls: TlsData | undefined, secret: ReadSecret): Promise<TlsOptions> {
  const given = Object.entries(tls ?? {}).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return await valuesOf(Object.fromEntries(given), secret);
}

/**
 * Returns a key for what is opened from a connection: another one for other data or secrets, from which it cannot be told
 * what they are.
 */
export function keyFor(name: string, opened: unknown): string {
  return `${name} ${createHash("sha256").update(JSON.stringify(opened)).digest("base64url")}`;
}
