import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import satisfies from "semver/functions/satisfies.js";

/** A module of a package that is installed in a `node_modules`. */
export interface InstalledModule {
  /** The URL of its file. */
  readonly url: string;
  /** What Deno's own cache would have to have: `npm:name@1.2.3/path`. */
  readonly specifier: string;
  /** Whether it is CommonJS, which Deno imports from its cache only, or where it uses that `node_modules` itself. */
  readonly isCommonJs: boolean;
}

/** The parts of a `package.json` that say what its modules are. */
interface Package {
  version?: string;
  type?: string;
  main?: string;
  exports?: Exports;
}

type Exports = string | null | readonly Exports[] | { readonly [key: string]: Exports };

/** The conditions of `exports` that hold, the preferred first as the package lists them. */
const CONDITIONS = new Set(["deno", "node", "import", "module-sync", "default"]);

/**
 * Finds a module of a package in the `node_modules` of a folder or of those above it.
 *
 * @param specifier `name`, `@scope/name/path`, or with `npm:` before it and a range of versions behind the name.
 * @returns Undefined if there is none, or not in such a version.
 */
export function findInstalled(specifier: string, folder: string): InstalledModule | undefined {
  const [, name, range, path = ""] = /^(?:npm:\/?)?((?:@[^/@]+\/)?[^/@:]+)(?:@([^/]*))?(\/.*)?$/.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  for (let at = folder;; at = dirname(at)) {
    const root = join(at, "node_modules", name);
    const found = packageAt(root);
    if (found !== undefined) return moduleOf(root, name, range, path, found);
    if (dirname(at) === at) return undefined;
  }
}

function moduleOf(
  root: string,
  name: string,
  range: string | undefined,
  path: string,
  { version = "0.0.0", type, main, exports }: Package,
): InstalledModule | undefined {
  if (range !== undefined && range !== "*" && !satisfies(version, range)) return undefined;
  const target = exports === undefined || exports === null
    ? `.${path === "" ? `/${main ?? "index.js"}` : path}`
    : targetOf(exports, `.${path}`);
  const file = target === undefined ? undefined : fileAt(join(root, target));
  if (file === undefined) return undefined;
  const isCommonJs = /\.cjs$/.test(file) || /\.js$/.test(file) && type !== "module";
  return { url: pathToFileURL(file).href, specifier: `npm:${name}@${version}${path}`, isCommonJs };
}

function packageAt(root: string): Package | undefined {
  try {
    return JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  } catch {
    return undefined;
  }
}

/** Returns the file that `exports` name for a path such as `.` or `./host`. */
function targetOf(exports: Exports, path: string): string | undefined {
  const isMap = typeof exports === "object" && exports !== null && !Array.isArray(exports);
  const paths = isMap && Object.keys(exports).some((key) => key.startsWith(".")) ? exports : { ".": exports };
  const exact = (paths as Record<string, Exports>)[path];
  if (exact !== undefined) return chosen(exact);
  for (const [pattern, target] of Object.entries(paths as Record<string, Exports>)) {
    const [before, after] = pattern.split("*");
    if (after === undefined || !path.startsWith(before!) || !path.endsWith(after)) continue;
    return chosen(target)?.replaceAll("*", path.slice(before!.length, path.length - after.length));
  }
  return undefined;
}

function chosen(target: Exports): string | undefined {
  if (typeof target === "string") return target;
  if (target === null) return undefined;
  if (Array.isArray(target)) return target.map(chosen).find((one) => one !== undefined);
  for (const [condition, inner] of Object.entries(target as Record<string, Exports>)) {
    if (!CONDITIONS.has(condition)) continue;
    const found = chosen(inner);
    if (found !== undefined) return found;
  }
  // what is left for require alone is CommonJS
  return chosen((target as Record<string, Exports>).require ?? null);
}

/** Returns the file of a path, which older packages name without its extension. */
function fileAt(path: string): string | undefined {
  return [path, `${path}.js`, join(path, "index.js")].find((file) => {
    try {
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}

/** Whether Deno runs Weft itself from a `node_modules`: then it imports CommonJS from there as well. */
const RUNS_INSTALLED = import.meta.url.includes("/node_modules/");

/** Returns what to import for a module of an installed package: its file, or what Deno has in its cache. */
export function importedAs({ url, specifier, isCommonJs }: InstalledModule): string {
  return isCommonJs && !RUNS_INSTALLED ? specifier : url;
}
