/** The Deno that the package runs on, the one that the project is tested with. */
export const DENO_VERSION = "2.9.6";

/** The parts of `deno.json` that the package is made of. */
export interface ProjectConfig {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
}

/**
 * Returns the `package.json` of the package.
 *
 * @param used The packages that its modules import, as `NAME@VERSION`.
 * @param options.types Whether it has type declarations.
 * @param options.repository The URL of the source. Default: not told.
 */
export function manifestOf(
  config: ProjectConfig,
  used: readonly string[],
  { types, repository }: { types: boolean; repository?: string | undefined },
): Record<string, unknown> {
  const dependencies = [`deno@${DENO_VERSION}`, ...used].sort().map((each) => {
    const at = each.lastIndexOf("@");
    return [each.slice(0, at), each.slice(at + 1)];
  });
  const exported = Object.entries(config.exports).map(([name, path]) => {
    const to = path.replace(/\.ts$/, "");
    return [name, { ...types && { types: `${to}.d.ts` }, default: `${to}.js` }];
  });
  return {
    name: config.name,
    version: config.version,
    description: "Workflow engine for Deno: nodes in YAML, sandboxed code, versions that change while it runs",
    keywords: ["workflow", "workflow-engine", "automation", "low-code", "yaml", "deno"],
    license: config.license,
    ...repository !== undefined && { repository: { type: "git", url: repository } },
    type: "module",
    bin: { weft: "bin/weft.js" },
    exports: { ...Object.fromEntries(exported), "./package.json": "./package.json" },
    engines: { node: ">=20" },
    dependencies: Object.fromEntries(dependencies),
  };
}
