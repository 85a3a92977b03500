import { parse as parseImportMap, resolve as resolveByMap } from "@import-maps/resolve";
import { fileURLToPath, pathToFileURL } from "node:url";
import { dirname, join } from "node:path";
import { type PackageConfig, readDenoConfig, readPackageConfig } from "./package_config.ts";

/** Maps names of modules as the files beside a module say: the nearest `deno.json` and `package.json` above it. */
export class ImportMaps {
  /** Resolvers by folder. */
  readonly #folders = new Map<string, Promise<(specifier: string, url: string) => string | undefined>>();

  /** Returns what a name that a module imports is mapped to, as a URL; undefined if no file beside it maps it. */
  async resolve(specifier: string, url: string): Promise<string | undefined> {
    return (await this.#of(dirname(fileURLToPath(url))))(specifier, url);
  }

  #of(folder: string): Promise<(specifier: string, url: string) => string | undefined> {
    let known = this.#folders.get(folder);
    if (known === undefined) this.#folders.set(folder, known = this.#read(folder));
    return known;
  }

  async #read(folder: string): Promise<(specifier: string, url: string) => string | undefined> {
    const own = await mapOf(folder);
    const parent = dirname(folder);
    if (own?.isComplete || parent === folder) return own?.resolve ?? (() => undefined);
    const outer = await this.#of(parent);
    return own === undefined ? outer : (specifier, url) => own.resolve(specifier, url) ?? outer(specifier, url);
  }
}

/**
 * Reads the mapping of a folder.
 *
 * @returns Undefined if none of the files is there. `isComplete`: there is a `deno.json`, so outer folders do not count.
 */
async function mapOf(folder: string): Promise<
  { isComplete: boolean; resolve: (specifier: string, url: string) => string | undefined } | undefined
> {
  // a file that is no JSON may belong to something else: what it would have mapped is reported where it is imported
  const ignored = () => undefined;
  const deno = await readDenoConfig(folder).catch(ignored);
  const node = await readPackageConfig(join(folder, "package.json")).catch(ignored);
  if (deno === undefined && node === undefined) return undefined;
  const base = pathToFileURL(`${folder}/`);
  const file = deno?.importMap === undefined ? undefined : new URL(deno.importMap, base);
  const { imports = {}, scopes = {} } = file === undefined
    ? deno ?? {}
    : await readPackageConfig(fileURLToPath(file)).catch(ignored) ?? {};
  const map = parseImportMap({ imports: { ...packages(node), ...withSubpaths(imports) }, scopes }, file ?? base);
  return {
    isComplete: deno !== undefined,
    resolve(specifier, url) {
      try {
        return resolveByMap(specifier, map, new URL(url)).resolvedImport?.href;
      } catch {
        return undefined; // mapped to null, or to something that is no URL
      }
    },
  };
}

/** Returns the imports that the dependencies of a `package.json` stand for. */
function packages({ dependencies = {} }: PackageConfig = {}): Record<string, string> {
  return withSubpaths(
    Object.fromEntries(
      Object.entries(dependencies)
        .filter(([, range]) => !range.includes(":") || range.startsWith("npm:"))
        .map(([name, range]) => [name, range.startsWith("npm:") ? range : `npm:${name}@${range}`]),
    ),
  );
}

/** Adds the paths within packages, which Deno's own imports have as well: `name/path` for `name`. */
function withSubpaths(imports: Record<string, string>): Record<string, string> {
  const paths = Object.entries(imports)
    .filter(([name, target]) => /^(npm|jsr):/.test(target) && !name.endsWith("/"))
    .map(([name, target]) => [`${name}/`, `${target.replace(/^(npm|jsr):\/?/, "$1:/")}/`]);
  return { ...Object.fromEntries(paths), ...imports };
}
