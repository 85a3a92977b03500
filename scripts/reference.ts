// Writes docs/reference/, the pages that are made from the code: kinds, requests, snippets, CEL, errors, settings, limits,
// metrics.
//
//   deno task docs            write the pages
//   deno task docs --check    fail if a page is not current
import { celPage } from "./reference/cel.ts";
import { errorPage } from "./reference/errors.ts";
import { kindPages } from "./reference/kinds.ts";
import { limitPage } from "./reference/limits.ts";
import { type Page, paragraphs, table } from "./reference/markdown.ts";
import { metricPage } from "./reference/metrics.ts";
import { requestPage } from "./reference/requests.ts";
import { settingPage } from "./reference/settings.ts";
import { snippetPage } from "./reference/snippets.ts";
import { specPage } from "./reference/specs.ts";

const ROOT = new URL("../", import.meta.url);
const FOLDER = new URL("docs/reference/", ROOT);

const NOTE = "<!-- Made by `deno task docs` from the code. Change the code, not this page. -->";

/** Returns all pages, the index first. */
async function pages(): Promise<Page[]> {
  const all = [
    specPage(),
    ...kindPages(),
    requestPage(),
    snippetPage(),
    celPage(),
    errorPage(),
    await settingPage(),
    await limitPage(),
    metricPage(),
  ];
  const listed = all.filter(({ path }) => !path.startsWith("kinds/") || path === "kinds/README.md");
  const index = table(
    ["page", "what it has"],
    listed.map(({ path, title, summary }) => [`[${title}](${path})`, summary]),
  );
  return [
    {
      path: "README.md",
      title: "Reference",
      summary: "",
      body: paragraphs("These pages are made from the code.", index),
    },
    ...all,
  ];
}

/** Returns the pages by their paths, formatted. */
export async function formatted(): Promise<Map<string, string>> {
  const folder = await Deno.makeTempDir({ prefix: "weft-docs-" });
  try {
    const made = await pages();
    for (const { path, title, body } of made) {
      const file = `${folder}/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(file, `# ${title}\n\n${NOTE}\n\n${body}\n`);
    }
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--quiet", "--line-width=120", "--ext=md", folder],
      cwd: folder,
      stdout: "null",
      stderr: "piped",
    }).output();
    if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
    const entries = made.map(async ({ path }) => [path, await Deno.readTextFile(`${folder}/${path}`)] as const);
    return new Map(await Promise.all(entries));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Returns the paths of the pages that are there. */
async function existing(folder: URL, prefix = ""): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) found.push(...await existing(new URL(`${name}/`, folder), `${prefix}${name}/`));
      else found.push(`${prefix}${name}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found;
}

/** Returns the pages that are missing, not current, or made by nothing any more. */
export async function outdated(made: ReadonlyMap<string, string>): Promise<string[]> {
  const there = await existing(FOLDER);
  const wrong = there.filter((path) => !made.has(path));
  for (const [path, text] of made) {
    const isCurrent = there.includes(path) && await Deno.readTextFile(new URL(path, FOLDER)) === text;
    if (!isCurrent) wrong.push(path);
  }
  return wrong.sort();
}

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== "--check");
  if (unknown !== undefined) {
    console.error(`unknown argument ${JSON.stringify(unknown)}: expected --check or none`);
    return 2;
  }
  const made = await formatted();
  const wrong = await outdated(made);
  if (args.includes("--check")) {
    for (const path of wrong) console.error(`docs/reference/${path} is not current; run "deno task docs"`);
    if (wrong.length === 0) console.log(`docs/reference: ${made.size} pages are current`);
    return wrong.length === 0 ? 0 : 1;
  }
  for (const path of wrong) {
    const url = new URL(path, FOLDER);
    const text = made.get(path);
    if (text === undefined) await Deno.remove(url);
    else {
      await Deno.mkdir(new URL(".", url), { recursive: true });
      await Deno.writeTextFile(url, text);
    }
    console.log(`${text === undefined ? "removed" : "wrote"} docs/reference/${path}`);
  }
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
