import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type PackageConfig, readPackageConfig } from "./package_config.ts";

/** The conditions of exports that hold for an import in Deno. */
const CONDITIONS = ["deno", "node", "import", "module-sync", "default"];

type Exports = PackageConfig["exports"];

/**
 * Returns the module that a name stands for in the `node_modules` above a module, as a URL: what `exports` of its
 * `package.json` say, or else `main`. Undefined if no such package is installed, or it does not export that.
 */
export async function resolveInstalled(specifier: string, url: string): Promise<string | undefined> {
  const [, name, subpath = ""] = /^((?:@[^/]+\/)?[^./@][^/]*)(\/.+)?$/.exec(specifier) ?? [];
  if (name === undefined || !url.startsWith("file:")) return undefined;
  for (let folder = dirname(fileURLToPath(url));; folder = dirname(folder)) {
    const root = join(folder, "node_modules", name);
    const config = await readPackageConfig(join(root, "package.json")).catch(() => undefined);
    if (config !== undefined) {
      const path = config.exports === undefined
        ? await existing(root, subpath === "" ? config.main ?? "index.js" : subpath)
        : exported(config.exports, `.${subpath}`);
      if (path === undefined) return undefined;
      // the packages that it imports are beside the place that a link leads to
      return await Deno.realPath(join(root, path)).then((real) => pathToFileURL(real).href, () => undefined);
    }
    if (folder === dirname(folder)) return undefined;
  }
}

/** Returns the path of a file that may be named without its ending, or by its folder. */
async function existing(root: string, path: string): Promise<string | undefined> {
  for (const each of [path, `${path}.js`, `${path}.json`, join(path, "index.js")]) {
    const info = await Deno.stat(join(root, each)).catch(() => undefined);
    if (info?.isFile) return each;
  }
  return undefined;
}

/** Returns the path that exports give for a subpath, which begins with a point. */
function exported(exports: Exports, subpath: string): string | undefined {
  if (exports === null || typeof exports !== "object" || !Object.keys(exports).some((key) => key.startsWith("."))) {
    return subpath === "." ? targetOf(exports) : undefined;
  }
  if (Object.hasOwn(exports, subpath)) return targetOf(exports[subpath]);
  // the longest beginning wins
  const patterns = Object.keys(exports).filter((key) => key.includes("*")).sort((a, b) => b.length - a.length);
  for (const key of patterns) {
    const [before, after] = key.split("*") as [string, string];
    if (!subpath.startsWith(before) || !subpath.endsWith(after) || subpath.length < key.length) continue;
    return targetOf(exports[key])?.replaceAll("*", subpath.slice(before.length, subpath.length - after.length));
  }
  return undefined;
}

/** Returns the path of a target: the first of a list or of conditions that leads somewhere. */
function targetOf(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null) return undefined;
  const branches = Array.isArray(target)
    ? target
    : Object.entries(target).filter(([condition]) => CONDITIONS.includes(condition)).map(([, branch]) => branch);
  for (const branch of branches) {
    const path = targetOf(branch);
    if (path !== undefined) return path;
  }
  return undefined;
}
