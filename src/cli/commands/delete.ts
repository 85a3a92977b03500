import { change, type Entry, type Operation, type Registry } from "../../registry/mod.ts";
import { formatDiagnostic, hasErrors, identify, readSpecs, sortDiagnostics, type SpecDraft } from "../../spec/mod.ts";
import { CHANGE_FLAGS, changeStore } from "../change/change_store.ts";
import { brokenLinks, describeBroken } from "../input/links.ts";
import { readSpecFiles } from "../input/spec_files.ts";
import { findNamed } from "../input/spec_names.ts";
import type { Command, Terminal } from "../options/command.ts";
import { type Flag, UsageError } from "../options/flag.ts";
import { readNamespace } from "../options/namespace.ts";
import { listOf, settings } from "../options/settings.ts";
import { STORE_FLAGS, withStore } from "../options/store.ts";

// not a setting here: the files that weft.yaml names must not be deleted by accident
const FILE_FLAG: Flag = {
  ...settings("file")[0]!,
  setting: false,
  summary: "Delete the specs in a file, a folder, or - for standard input",
};

/** `weft delete` */
export const deleteCommand: Command = {
  usage: "[FLAGS] [NAME]...",
  about:
    `NAME is the name of a spec in the namespace, namespace:name, or an id. If a name is not found, nothing is deleted; specs
of files that are not in the store are skipped. A spec that a remaining spec links to is only deleted with --force.`,
  maxArgs: Infinity,
  flags: [
    FILE_FLAG,
    ...settings("namespace").map((flag) => ({
      ...flag,
      summary: "Namespace of names and specs (default default)",
    })),
    { name: "all", type: "boolean", summary: "Delete every spec in the namespace" },
    { name: "force", type: "boolean", summary: "Delete specs even if others link to them" },
    ...STORE_FLAGS,
    ...CHANGE_FLAGS,
  ],
  examples: [
    ["weft delete hello", "delete a spec"],
    ["weft delete -f flow.yaml", "delete the specs in a file"],
    ["weft delete --all -n system --dry-run", "preview the deletion of a namespace"],
  ],
  async run(flags, args, terminal) {
    const paths = listOf(flags, "file");
    const all = flags.all === true;
    if (!all && args.length === 0 && paths.length === 0) {
      throw new UsageError("missing argument NAME: expected names of specs, --file or --all");
    }
    const namespace = readNamespace(flags);
    const drafts = await readDrafts(paths, namespace, terminal);
    if (drafts === undefined) return 1;
    const force = flags.force === true;
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
      flags,
      terminal,
      (registry, store) => changeStore(flags, terminal, registry, store, { plan: () => plan(registry) }),
    );
  },
};

/** Reads the specs of files. @returns Undefined after reporting errors in them. */
async function readDrafts(
  paths: readonly string[],
  namespace: string,
  terminal: Terminal,
): Promise<SpecDraft[] | undefined> {
  const files = await readSpecFiles(paths, terminal);
  const unread = files.flatMap(({ unread }) => unread ?? []);
  const read = files.filter((file) => file.unread === undefined)
    .map(({ name, text }) => readSpecs(text, name, { namespace }));
  const diagnostics = sortDiagnostics([...unread, ...read.flatMap(({ diagnostics }) => diagnostics)]);
  for (const diagnostic of diagnostics) terminal.warn(formatDiagnostic(diagnostic));
  return hasErrors(diagnostics) ? undefined : read.flatMap(({ specs }) => specs.map(({ spec }) => spec));
}

function entriesOf(drafts: readonly SpecDraft[], registry: Registry): Entry[] {
  return identify(drafts).flatMap(({ namespace, name, id }) => registry.get({ namespace, name: name ?? id }) ?? []);
}

function checkLinks(registry: Registry, operations: readonly Operation[], force: boolean, terminal: Terminal): void {
  const broken = brokenLinks(registry.snapshot().state, operations).map(describeBroken);
  if (broken.length === 0) return;
  if (!force) throw new Error([...broken, "delete the linking specs as well, or use --force"].join("\n"));
  for (const line of broken) terminal.warn(`warning: ${line}`);
}
