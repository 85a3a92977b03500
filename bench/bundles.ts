/**
 * Pastes popular npm packages as snippets and compares their answers with Deno's own:
 * `deno run -A bench/bundles.ts [NAME...]`.
 *
 * Each package is bundled with a one-line use by esbuild, in a temporary folder; nothing is kept. `--folder DIR` keeps
 * the folder, so that the next run installs nothing.
 */
import { parseArgs } from "@std/cli/parse-args";
import { languageOf, Realm } from "../src/language/mod.ts";
import { isError } from "../src/value/mod.ts";
import { answerOf } from "../tests/language/run.ts";
import { type BundledPackage, PACKAGES, PEERS } from "./bundle_packages.ts";

const ESBUILD = "0.28.2";

/** What a bundle does, in JSON, or why it does nothing. */
interface Outcome {
  answer?: string;
  error?: string;
}

async function run(command: string, args: string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args, cwd, stdout: "piped", stderr: "piped" })
    .output();
  const text = new TextDecoder();
  if (code !== 0) throw new Error(`${command} ${args[0]}: ${text.decode(stderr).slice(0, 2000)}`);
  return text.decode(stdout);
}

/** Installs the packages and bundles each. Returns the path of a package's bundle. */
async function bundle(folder: string, packages: readonly BundledPackage[]): Promise<(name: string) => string> {
  const path = (name: string) => `${folder}/${name.replaceAll(/[@/]/g, "_")}`;
  const dependencies = Object.fromEntries(packages.map(({ name, version }) => [name, version]));
  await Deno.writeTextFile(
    `${folder}/package.json`,
    JSON.stringify({ private: true, type: "module", dependencies: { ...dependencies, ...PEERS, esbuild: ESBUILD } }),
  );
  await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], folder);
  for (const { name, imports, use } of packages) {
    const body = use.startsWith("{ ") ? use : `(${use})`;
    const entry = `${imports}\nexport default () => ${body};\n`;
    const [source, out] = [`${path(name)}.js`, `${path(name)}.mjs`];
    if (await Deno.readTextFile(source).catch(() => "") === entry && await Deno.stat(out).catch(() => null)) continue;
    await Deno.writeTextFile(source, entry);
    const options = ["--bundle", "--format=esm", "--platform=browser", "--log-level=error", `--outfile=${out}`];
    await run(`${folder}/node_modules/.bin/esbuild`, [source, ...options], folder)
      .catch(({ message }) => console.log(`${name}: ${message.slice(0, 500)}`));
  }
  return (name) => `${path(name)}.mjs`;
}

/** Runs a bundle in a Deno of its own. */
async function runInDeno(path: string): Promise<Outcome> {
  const code = `const { default: run } = await import(${JSON.stringify(`file://${path}`)});
    console.log("\\n=" + JSON.stringify(await run(), (_, value) => typeof value === "bigint" ? String(value) : value));
    Deno.exit(0);`;
  try {
    const printed = await run(Deno.execPath(), ["eval", "--unsafe-proto", "--no-lock", "--no-config", code], "/");
    return { answer: printed.slice(printed.lastIndexOf("\n=") + 2).trim() };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** Runs a bundle as a snippet. */
async function runAsSnippet(path: string): Promise<Outcome> {
  try {
    const program = languageOf("javascript").compile(await Deno.readTextFile(path), { realm: new Realm() });
    const answer = await answerOf(program, null);
    program.release();
    if (isError(answer)) return { error: `${answer.name}: ${answer.message} ${answer.stack?.split("\n")[1] ?? ""}` };
    return { answer: JSON.stringify(answer, (_, value) => typeof value === "bigint" ? String(value) : value) };
  } catch (error) {
    return { error: `${(error as Error).message} ${(error as Error).stack?.split("\n")[1] ?? ""}` };
  }
}

if (import.meta.main) {
  const { folder: kept, _: names } = parseArgs(Deno.args, { string: ["folder", "_"] });
  const folder = kept ?? await Deno.makeTempDir();
  try {
    const packages = PACKAGES.filter(({ name }) => names.length === 0 || names.includes(name));
    const pathOf = await bundle(folder, kept === undefined ? packages : PACKAGES);
    let alike = 0;
    const unlisted: string[] = [];
    const outdated: string[] = [];
    for (const { name, version, differs } of packages) {
      const [deno, snippet] = [await runInDeno(pathOf(name)), await runAsSnippet(pathOf(name))];
      if (deno.answer === undefined) console.log(`${name}@${version}: Deno itself fails: ${deno.error}`);
      else if (deno.answer === snippet.answer) {
        alike++;
        if (differs !== undefined) outdated.push(name);
      } else if (differs !== undefined) console.log(`${name}@${version} ${differs}`);
      else {unlisted.push(name),
          console.log(`${name}@${version}: ${snippet.error ?? `${snippet.answer}\n  instead of ${deno.answer}`}`);}
    }
    console.log(`${alike} of ${packages.length} answer as in Deno`);
    if (unlisted.length > 0) throw new Error(`not known to differ: ${unlisted.join(", ")}`);
    if (outdated.length > 0) throw new Error(`said to differ, but alike: ${outdated.join(", ")}`);
  } catch (error) {
    console.error(error);
    Deno.exitCode = 1;
  } finally {
    if (kept === undefined) await Deno.remove(folder, { recursive: true });
  }
}
