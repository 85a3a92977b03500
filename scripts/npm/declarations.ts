/**
 * Returns the type declarations of what the package exports, by their paths from the root of the project, as `deno pack`
 * writes them. Takes half a minute: it checks the types.
 *
 * @throws {Error} If the types are wrong.
 */
export async function declarations(root: URL): Promise<Map<string, string>> {
  const folder = await Deno.makeTempDir({ prefix: "weft-types-" });
  try {
    const tarball = `${folder}/types.tgz`;
    await run(Deno.execPath(), ["pack", "--quiet", "--allow-dirty", "--no-source-maps", `--output=${tarball}`], root);
    await run("tar", ["-xzf", tarball, "-C", folder], root);
    return await declarationsIn(`${folder}/package`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function declarationsIn(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const visit = async (path: string) => {
    for await (const { name, isDirectory } of Deno.readDir(`${folder}${path}`)) {
      if (isDirectory) await visit(`${path}/${name}`);
      else if (name.endsWith(".d.ts")) {
        found.set(`${path}/${name}`.slice(1), await Deno.readTextFile(`${folder}${path}/${name}`));
      }
    }
  };
  await visit("");
  return found;
}

async function run(program: string, args: readonly string[], cwd: URL): Promise<void> {
  const { code, stderr } = await new Deno.Command(program, { args: [...args], cwd, env: { NO_COLOR: "1" } }).output();
  if (code !== 0) throw new Error(`${program} ${args[0]} failed: ${new TextDecoder().decode(stderr)}`);
}
