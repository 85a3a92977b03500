import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * The URL of a module of kinds as it is named on the command line: a path, `file:` or `npm:`.
 *
 * @throws {Error} If it is of another sort: code is never fetched from elsewhere.
 */
export function extensionUrl(specifier: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(specifier)?.[1]?.toLowerCase();
  if (scheme === undefined) return pathToFileURL(resolve(specifier)).href;
  if (scheme === "file" || scheme === "npm") return specifier;
  throw new Error(`the extension ${specifier} has the scheme ${scheme}:; it has to be a path, file: or npm:`);
}
