import { assert, assertEquals } from "@std/assert";
import { COMMAND_NAMES, run } from "../../src/cli/mod.ts";
import { parseConfig } from "../../src/cli/options/config_file.ts";
import { ALL_SETTINGS } from "../../src/cli/options/settings.ts";
import { DATA_KINDS, KINDS } from "../../src/kinds/mod.ts";
import { SILENT_KINDS } from "../../src/registry/mod.ts";
import { linksOf } from "../../scripts/site/markdown.ts";
import { blocksOf, exists, pagesOf, spansOf, wordsOf } from "./page.ts";

// What the pages name exists: paths, links, commands with their flags, kinds.
const ROOT = new URL("../../", import.meta.url);
const PAGES = await pagesOf(ROOT);

/** Flags of other programs that pages name. */
const FOREIGN = new Set([
  "--http1",
  "--http2-prior-knowledge",
  "--cached-only",
  "--no-prompt",
  "--no-remote",
  "--deny-import",
  "--ignore-env",
  "--no-turboshaft-loop-unrolling",
  "--v8-flags",
  "--quick",
]);

/** Flags of Deno that grant a permission. */
const PERMISSION = /^--allow-(read|write|net|env|sys|run|ffi|import)$/;

/** Variables that are no settings: permissions of the tasks, the file of settings, and the seed of tests. */
const OWN_VARIABLES = new Set(["WEFT_ENV_NAME", "WEFT_ALLOW", "WEFT_CONFIG", "WEFT_SEED"]);

/** Paths that are none of the repository: in a project of the reader, or an old name, until it is corrected. */
const KNOWN = new Set(["docs/start.md: tests/notes_test.yaml"]);

/** Returns the flags of a command, as its help lists them. */
async function flagsOf(command: string): Promise<Set<string>> {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const code = await run([command, "--help"], {
    print,
    warn: print,
    input: () => Promise.resolve(""),
    env: () => undefined,
  });
  assertEquals(code, 0, lines.join("\n"));
  return new Set(lines.join("\n").match(/(?<![\w-])--[a-z][a-z-]*/g));
}

const FLAGS = new Map(
  await Promise.all(COMMAND_NAMES.map(async (name) => [name, await flagsOf(name)] as const)),
);
const ALL_FLAGS = new Set(["--help", "--version", ...[...FLAGS.values()].flatMap((flags) => [...flags])]);
const KIND_NAMES = new Set([
  ...SILENT_KINDS,
  ...DATA_KINDS.map(({ name }) => name),
  ...KINDS.flatMap(({ name, aliases = [] }) => [name, ...aliases]),
]);

/** Reports whether a set has a flag, possibly negated. */
function hasFlag(flags: ReadonlySet<string>, flag: string): boolean {
  return flags.has(flag) || flags.has(flag.replace(/^--no-/, "--"));
}

Deno.test("paths that pages name exist", async () => {
  const wrong: string[] = [];
  for (const { path, text } of PAGES) {
    const code = [
      ...spansOf(text),
      ...blocksOf(text).filter(({ language }) => language === "sh").map(({ body }) => body),
    ];
    for (const word of code.flatMap(wordsOf)) {
      const named = /^((?:src|tests|docs|examples|workers|bench|scripts)\/[\w./-]*)$/.exec(word)?.[1];
      if (named !== undefined && !await exists(new URL(named, ROOT))) wrong.push(`${path}: ${named}`);
    }
  }
  assertEquals(wrong.filter((name) => !KNOWN.has(name)), []);
});

Deno.test("commands and flags that pages name exist", () => {
  const wrong: string[] = [];
  for (const { path, text } of PAGES) {
    for (const line of commandLinesOf(text)) {
      const [, name, rest] = /^(?:weft )?([a-z]+)(.*)$/.exec(line)!;
      if (name === "help") continue;
      const flags = FLAGS.get(name!);
      if (flags === undefined) wrong.push(`${path}: ${line}: unknown command`);
      for (const [flag] of rest!.matchAll(/(?<=\s)--[a-z][a-z-]*/g)) {
        if (flags !== undefined && !hasFlag(flags, flag)) wrong.push(`${path}: ${line}: unknown flag ${flag}`);
      }
    }
    for (const span of spansOf(text)) {
      const flag = /^--[a-z][a-z0-9-]*/.exec(span)?.[0];
      const isForeign = flag === undefined || FOREIGN.has(flag) || PERMISSION.test(flag);
      if (!isForeign && !hasFlag(ALL_FLAGS, flag)) wrong.push(`${path}: ${flag}`);
    }
  }
  assertEquals(wrong, []);
});

/** Returns the uses of the command in a page: `weft apply -f x.yaml`, `start --watch`. */
function commandLinesOf(text: string): string[] {
  const spans = spansOf(text).flatMap((span) => {
    if (/^weft [a-z]/.test(span)) return [span];
    const [first, second] = span.split(" ");
    return COMMAND_NAMES.includes(first!) && second?.startsWith("-") ? [span] : [];
  });
  const lines = blocksOf(text)
    .filter(({ language }) => ["sh", "console"].includes(language))
    .flatMap(({ language, body }) =>
      body.split("\n").filter((line) => language === "sh" || line.startsWith("$ ")).flatMap((line) => {
        const command = line.replace(/\s#.*$/, "");
        const task = /\btask (?:weft|(?=start\b)) ?([a-z].*)$/.exec(command)?.[1];
        return task ?? /(?:^|[\s|])weft ([a-z].*)$/.exec(command)?.[1] ?? [];
      })
    );
  return [...spans, ...lines];
}

Deno.test("kinds that pages name exist", () => {
  const wrong: string[] = [];
  for (const { path, text } of PAGES) {
    // a kind that a page itself defines
    const defined = new Set([...text.matchAll(/\bname: "([a-z]+)"/g)].map(([, name]) => name!));
    const named = [
      ...blocksOf(text).filter(({ language }) => language === "yaml")
        .flatMap(({ body }) => [...body.matchAll(/^[\s-]*kind: ([\w.-]+)/gm)]),
      ...text.matchAll(/\bkinds? `([a-z]+)`/g),
      ...text.matchAll(/`([a-z]+)` kinds?\b/g),
      ...tableOf(text, "kind").matchAll(/^\| `([a-z]+)`/gm),
    ].map(([, kind]) => kind!);
    for (const kind of named) if (!KIND_NAMES.has(kind) && !defined.has(kind)) wrong.push(`${path}: ${kind}`);
  }
  assertEquals(wrong, []);
});

/** Returns the rows of the tables whose first column has a title. */
function tableOf(text: string, title: string): string {
  return [...text.matchAll(new RegExp(`^\\| ${title} +\\|.*\\n((?:\\|.*\\n)*)`, "gm"))].map(([, rows]) => rows).join(
    "",
  );
}

Deno.test("docs/architecture.md has every folder of src", async () => {
  const { text } = PAGES.find(({ path }) => path === "docs/architecture.md")!;
  for await (const { name, isDirectory } of Deno.readDir(new URL("src/", ROOT))) {
    if (isDirectory) assert(tableOf(text, "folder").includes(`| \`src/${name}\``), `src/${name} is missing`);
  }
});

Deno.test("the README.md of every folder of docs has each of its pages, and those of its folders", () => {
  const indexes = PAGES.filter(({ path }) => /^docs\/(?:.*\/)?README\.md$/.test(path));
  assert(indexes.length > 3);
  for (const { path: index, text } of indexes) {
    const folder = index.slice(0, -"README.md".length);
    const links = linksOf(text).map(({ target }) => target);
    for (const { path } of PAGES) {
      if (path === index || !path.startsWith(folder)) continue;
      const name = path.slice(folder.length);
      const isOwn = !name.includes("/") || /^[^/]+\/README\.md$/.test(name);
      if (isOwn) assert(links.includes(name), `${index} lacks ${name}`);
    }
  }
});

Deno.test("every folder of docs has a README.md", () => {
  const folders = new Set(PAGES.flatMap(({ path }) => /^(docs\/(?:.*\/)?)[^/]+$/.exec(path)?.[1] ?? []));
  for (const folder of folders) assert(PAGES.some(({ path }) => path === `${folder}README.md`), `${folder}README.md`);
});

Deno.test("settings that pages name exist", () => {
  const names = new Set(ALL_SETTINGS.map(({ name }) => name));
  const variables = new Set([...names].map((name) => `WEFT_${name.toUpperCase().replaceAll("-", "_")}`));
  const wrong: string[] = [];
  for (const { path, text } of PAGES) {
    for (const [variable] of text.matchAll(/\bWEFT_[A-Z_]+\b/g)) {
      if (!variables.has(variable) && !OWN_VARIABLES.has(variable)) wrong.push(`${path}: ${variable}`);
    }
    for (const { language, title, body } of blocksOf(text)) {
      if (language !== "yaml" || title !== "weft.yaml") continue;
      try {
        parseConfig(body, `${path}: weft.yaml`, ALL_SETTINGS);
      } catch (error) {
        wrong.push((error as Error).message);
      }
    }
  }
  assertEquals(wrong, []);
});
