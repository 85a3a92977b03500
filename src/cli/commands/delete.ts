import { change, type Entry, type Operation, type Registry } from "../../registry/mod.ts";
import { formatDiagnostic, hasErrors, identify, readSpecs, type SpecDraft } from "../../spec/mod.ts";
import { CHANGE_FLAGS, changeStore } from "../change/change_store.ts";
import { brokenLinks, describeBroken } from "../input/links.ts";
import { readSpecFiles } from "../input/spec_files.ts";
import { findNamed } from "../input/spec_names.ts";
import type { Command, Terminal } from "../options/command.ts";
import { type Flag, UsageError } from "../options/flag.ts";
import { readNamespace } from "../options/namespace.ts";
import { listOf, settings } from "../options/settings.ts";
import { STORE_FLAGS, withStore } from "../options/store.ts";

// no setting, as it is for the commands that add: what weft.yaml names is not to be deleted by surprise
const FILE_FLAG: Flag = {
  ...settings("file")[0]!,
  setting: false,
  summary: "Deletes the specs of files: a file, a folder, or - for standard input.",
};

/** `weft delete` */
export const deleteCommand: Command = {
  usage: "[FLAGS] [NAME ...]",
  about:
    `A name is that of a spec in the namespace, namespace:name, or an id. If one is not there, nothing is deleted; a spec of
a file that is not there is passed over. A spec that another one links to, which stays, is deleted with --force only: the
other cannot run without it.`,
  flags: [
    FILE_FLAG,
    ...settings("namespace").map((flag) => ({
      ...flag,
      summary: "The namespace of names and specs. Default default.",
    })),
    { name: "all", type: "flag", summary: "Deletes every spec of the namespace." },
    { name: "force", type: "flag", summary: "Deletes what others link to as well." },
    ...STORE_FLAGS,
    ...CHANGE_FLAGS,
  ],
  examples: [
    ["weft delete hello", "delete a spec"],
    ["weft delete -f flow.yaml", "delete what a file has"],
    ["weft delete --all -n system --dry-run", "see what is in a namespace that could be deleted"],
  ],
  async run(given, args, terminal) {
    const paths = listOf(given, "file");
    const all = given.all === true;
    if (!all && args.length === 0 && paths.length === 0) {
      throw new UsageError("there is nothing to delete: give names, files with -f, or --all");
    }
    const namespace = readNamespace(given);
    const drafts = await readDrafts(paths, namespace, terminal);
    if (drafts === undefined) return 1;
    const force = given.force === true;
    const plan = (registry: Registry) => {
      const entries = [
        ...args.map((name) => findNamed(name, namespace, registry)),
        ...all ? registry.namespace(namespace) : [],
        ...entriesOf(drafts, registry),
      ];
      const operations = registry.plan([...new Set(entries)].map(({ id }) => change.delete(id)));
      checkLinks(registry, operations, force, terminal);
      return operations;
    };
    return await withStore(
      given,
      terminal,
      (registry, store) => changeStore(given, terminal, registry, store, { plan: () => plan(registry) }),
    );
  },
};

/** The specs of files; undefined if something is wrong with them, which is told. */
async function readDrafts(
  paths: readonly string[],
  namespace: string,
  terminal: Terminal,
): Promise<SpecDraft[] | undefined> {
  const read = (await readSpecFiles(paths, terminal)).map(({ name, text }) => readSpecs(text, name, { namespace }));
  const diagnostics = read.flatMap(({ diagnostics }) => diagnostics);
  for (const diagnostic of diagnostics) terminal.warn(formatDiagnostic(diagnostic));
  return hasErrors(diagnostics) ? undefined : read.flatMap(({ specs }) => specs.map(({ spec }) => spec));
}

function entriesOf(drafts: readonly SpecDraft[], registry: Registry): Entry[] {
  return identify(drafts).flatMap(({ namespace, name, id }) => registry.get({ namespace, name: name ?? id }) ?? []);
}

function checkLinks(registry: Registry, operations: readonly Operation[], force: boolean, terminal: Terminal): void {
  const broken = brokenLinks(registry.snapshot().state, operations).map(describeBroken);
  if (broken.length === 0) return;
  if (!force) throw new Error([...broken, "delete those as well, or delete all the same with --force"].join("\n"));
  for (const line of broken) terminal.warn(`warning: ${line}`);
}
