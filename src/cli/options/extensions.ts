import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Returns the URL of an extension.
 *
 * @param specifier The path of a module or of a folder, a `file:` URL or an `npm:` specifier.
 * @throws {Error} If it has another scheme: code is never fetched from other sources.
 */
export function extensionUrl(specifier: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(specifier)?.[1]?.toLowerCase();
  if (scheme === undefined) return pathToFileURL(resolve(specifier)).href;
  if (scheme === "file" || scheme === "npm") return specifier;
  throw new Error(
    `invalid --extension ${JSON.stringify(specifier)}: expected a path, a file: URL or an npm: specifier`,
  );
}
