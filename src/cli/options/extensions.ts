import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { asError } from "../../value/mod.ts";
import type { Config } from "./config.ts";
import { listOf } from "./settings.ts";

/** The extensions that the settings name. */
export interface ListedExtensions {
  readonly urls: readonly string[];
  /** Where weft.yaml lists them, `weft.yaml:3:5`, by their URLs. */
  readonly positions: ReadonlyMap<string, string>;
}

/**
 * Returns the extensions that the settings name.
 *
 * @throws {Error} If one is none, with its position in weft.yaml.
 */
export async function readExtensions({ flags, extensions, folder = "." }: Config): Promise<ListedExtensions> {
  const positions = new Map<string, string>();
  const urls: string[] = [];
  for (const specifier of listOf(flags, "extension")) {
    const position = extensions?.get(specifier);
    try {
      const url = await extensionUrl(specifier, position === undefined ? "." : folder);
      urls.push(url);
      if (position !== undefined) positions.set(url, position);
    } catch (error) {
      const { message } = asError(error);
      // as a flag it is written with its dashes
      throw new Error(position === undefined ? message.replace(/^invalid /, "invalid --") : `${position}: ${message}`);
    }
  }
  return { urls, positions };
}

/**
 * Returns the URL of an extension.
 *
 * @param specifier The path of a module or of a folder, a `file:` URL or an `npm:` specifier.
 * @param folder Where a package is looked for in `node_modules`, and above. One that is not there is left to Deno's cache.
 * @throws {Error} If it has another scheme: code is never fetched from other sources.
 */
export async function extensionUrl(specifier: string, folder = "."): Promise<string> {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(specifier)?.[1]?.toLowerCase();
  if (scheme === undefined) return pathToFileURL(resolve(specifier)).href;
  if (scheme === "file") {
    const path = /^file:(?!\/)(.*)$/is.exec(specifier)?.[1];
    return path === undefined ? specifier : pathToFileURL(resolve(path)).href;
  }
  if (scheme === "npm") {
    const { findInstalled } = await import("../../runtime/mod.ts");
    return await findInstalled(specifier, pathToFileURL(resolve(folder, "weft.yaml")).href) ?? specifier;
  }
  throw new Error(`invalid extension ${JSON.stringify(specifier)}: expected a path, a file: URL or an npm: specifier`);
}
