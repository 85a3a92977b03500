/** What a name of the import map stands for: a file of Weft, or a package of npm. */
export type Target =
  | { readonly file: string }
  | { readonly package: string; readonly version: string; readonly path: string };

/** Returns what a specifier stands for; undefined for what no name of the import map begins. */
export type ImportMap = (specifier: string) => Target | undefined;

/** Reads the `imports` of `deno.json`. */
export function readImportMap(imports: Readonly<Record<string, string>>): ImportMap {
  const names = Object.keys(imports).sort((a, b) => b.length - a.length);
  return (specifier) => {
    const name = names.find((name) => specifier === name || specifier.startsWith(`${name}/`));
    if (name === undefined) return undefined;
    const rest = specifier.slice(name.length);
    const target = targetOf(imports[name]!);
    if (!("file" in target)) return { ...target, path: target.path + rest };
    return rest === "" ? target : undefined;
  };
}

/** @throws {Error} If it is neither a path nor a package of npm with its exact version. */
function targetOf(specifier: string): Target {
  if (specifier.startsWith("./")) return { file: specifier.slice(2) };
  const [, name, version, path = ""] = /^npm:((?:@[\w.-]+\/)?[\w.-]+)@(\d[\w.+-]*)(\/.*)?$/.exec(specifier) ?? [];
  if (name === undefined) throw new Error(`invalid import "${specifier}": expected ./PATH or npm:NAME@VERSION`);
  return { package: name, version: version!, path };
}
