import satisfies from "semver/functions/satisfies.js";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { resolveInstalled } from "./installed_package.ts";
import { readPackageConfig } from "./package_config.ts";

/** Whether this is the package of npm, where Deno itself imports packages from `node_modules`. */
const IS_PACKAGE = import.meta.url.includes("/node_modules/");

/**
 * Finds what to import for a package that is installed in the `node_modules` above a module, where Deno would look in its
 * cache only.
 *
 * @param specifier `name`, `@scope/name/path`, or with `npm:` before it and a range of versions behind the name.
 * @returns The URL of its file; for CommonJS, which Deno imports from its cache, `npm:name@1.2.3/path`. Undefined if there
 *   is none in such a version.
 */
export async function findInstalled(specifier: string, url: string): Promise<string | undefined> {
  const [, name, range, path = ""] = /^(?:npm:\/?)?((?:@[^/@]+\/)?[^/@:]+)(?:@([^/]*))?(\/.*)?$/.exec(specifier) ?? [];
  if (IS_PACKAGE || name === undefined) return undefined;
  const file = await resolveInstalled(name + path, url);
  if (file === undefined) return undefined;
  const { version = "0.0.0", type } = await packageOf(file) ?? {};
  if (range !== undefined && range !== "*" && !satisfies(version, range)) return undefined;
  const isCommonJs = /\.cjs$/.test(file) || /\.js$/.test(file) && type !== "module";
  return isCommonJs ? `npm:${name}@${version}${path}` : file;
}

/** Returns the `package.json` of a file. */
async function packageOf(url: string): Promise<{ version?: string; type?: string } | undefined> {
  for (let folder = dirname(fileURLToPath(url));; folder = dirname(folder)) {
    const found = await readPackageConfig(join(folder, "package.json")).catch(() => undefined);
    if (found !== undefined) return found as { version?: string; type?: string };
    if (folder === dirname(folder)) return undefined;
  }
}
