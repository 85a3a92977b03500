import { basename, join, resolve } from "node:path";
import { reasonOf } from "../../value/mod.ts";
import type { Command, Terminal } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";
import { knownKinds } from "../options/known_kinds.ts";
import { count } from "../output/output.ts";
import { tableLines } from "../output/table.ts";
import {
  canStartPrograms,
  commandOf,
  contentsOf,
  currentLaunch,
  exists,
  findTemplate,
  installOf,
  type Launch,
  projectFiles,
  projectName,
  SCHEMAS,
  schemaText,
  type Template,
  TEMPLATES,
  writeProject,
} from "../project/mod.ts";

/** `weft init` */
export const init: Command = {
  usage: "[FLAGS] [TEMPLATE] [FOLDER]",
  about: `Makes a project that runs and has tests: flows, a kind of its own, settings, and what an editor and CI need.
The folder is the current one if none is given; it has to be empty. Files that are there are left alone.`,
  maxArgs: 2,
  flags: [
    { name: "force", type: "boolean", summary: "Make the project in a folder that is not empty; its files are kept" },
    { name: "list", type: "boolean", summary: "List the templates" },
  ],
  examples: [
    ["weft init", `make a project of the template ${TEMPLATES[0]!.name} in this folder`],
    ["weft init webhook shop-hooks", "make one of another template in a new folder"],
    ["weft init --list", "list the templates"],
  ],
  async run({ force, list }, [templateName = TEMPLATES[0]!.name, folder = "."], terminal) {
    if (list === true) {
      const rows = TEMPLATES.map(({ name, summary }) => [name, summary]);
      for (const line of tableLines(["TEMPLATE", "SUMMARY"], rows)) terminal.print(line);
      return 0;
    }
    const template = findTemplate(templateName);
    if (folder === "") throw new UsageError("missing FOLDER: expected the path of a folder");
    const path = resolve(folder);
    if (force !== true) await checkEmpty(path, folder);
    const launch = { ...currentLaunch(), hasScripts: !await exists(join(path, "package.json")) };
    const files = projectFiles({ template, name: projectName(basename(path)), folder: path, launch });
    const written = await writeProject(path, files);
    const schemas = await writeProject(path, await schemaFiles(path, template, terminal));
    const [created, kept] = [[...written.created, ...schemas.created], [...written.kept, ...schemas.kept]];
    const where = folder === "." ? "" : ` in ${folder}`;
    terminal.print(`created ${count(created.length, "file")}${where} from the template ${template.name}`);
    if (kept.length > 0) terminal.print(`left alone, as they were there already: ${kept.join(", ")}`);
    if (template.needsPrograms === true && !canStartPrograms(launch)) {
      terminal.warn(
        "warning: Weft cannot start programs here, which SQLite needs: set the connection in flows/database.yaml to a " +
          "PostgreSQL server",
      );
    }
    terminal.print("");
    for (const line of nextSteps(template, launch, folder)) terminal.print(line);
    return 0;
  },
};

/** Checks that a folder is empty or not there. @throws {UsageError} If it is not: it names what is in it. */
async function checkEmpty(path: string, folder: string): Promise<void> {
  const names = await contentsOf(path);
  if (names.length === 0) return;
  const shown = names.length > 5 ? [...names.slice(0, 5), "..."] : names;
  throw new UsageError(
    `${folder === "." ? "this folder" : folder} is not empty: it has ${shown.join(", ")}; ` +
      "name a new folder, or use --force to make the project around what is there",
  );
}

/** Returns the files of the schemas. They know the project's own kinds, whose module has to be in its folder. */
async function schemaFiles(path: string, template: Template, terminal: Terminal): Promise<Record<string, string>> {
  const scheme = await knownKinds({ flags: { extension: [join(path, template.extension)] } }).catch((error) => {
    terminal.warn(`warning: the schemas lack the kinds of ${template.extension}: ${reasonOf(error)}`);
    return knownKinds({ flags: {} });
  });
  return Object.fromEntries(SCHEMAS.map(({ file, schema }) => [`schemas/${file}`, schemaText(schema(scheme))]));
}

/** Returns three lines that say what to do next. */
function nextSteps(template: Template, launch: Launch, folder: string): string[] {
  const before = [
    ...folder === "." ? [] : [`cd ${quoted(folder)}`],
    ...launch.origin === "npm" ? [installOf(launch)] : [],
  ];
  const { startFlags, tryIt } = template;
  const [test, serve] = [
    commandOf(launch, "test", template),
    commandOf(launch, "dev", { ...template, flags: startFlags }),
  ];
  if (before.length === 0) return [test, serve, `# then: ${tryIt}`];
  const width = Math.max(test.length, serve.length);
  return [before.join(" && "), test, `${serve.padEnd(width)}   # then: ${tryIt}`];
}

/** Returns a word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
