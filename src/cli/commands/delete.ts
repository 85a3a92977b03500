import { BrokenLinksError, remove } from "../../api/stored/mod.ts";
import { readSpecFiles } from "../input/spec_files.ts";
import { CHANGE_FLAGS } from "../options/change_flags.ts";
import type { Command } from "../options/command.ts";
import { type Flag, UsageError } from "../options/flag.ts";
import { readNamespace } from "../options/namespace.ts";
import { listOf, settings } from "../options/settings.ts";
import { STORE_FLAGS, withStore } from "../options/store.ts";
import { reportChange } from "../output/report_change.ts";

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
of files that are not in the store are skipped. A spec that a remaining spec links to or uses is only deleted with
--force.`,
  maxArgs: Infinity,
  flags: [
    FILE_FLAG,
    ...settings("namespace").map((flag) => ({
      ...flag,
      summary: "Namespace of names and specs (default default)",
    })),
    { name: "all", type: "boolean", summary: "Delete every spec in the namespace" },
    { name: "force", type: "boolean", summary: "Delete specs even if others link to them or use them" },
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
    const specs = await readSpecFiles(paths, terminal);
    const breakLinks = flags.force === true;
    try {
      return await withStore(flags, terminal, (target) =>
        reportChange(
          flags,
          terminal,
          target,
          (options) => remove(target, { names: args, specs, all }, { ...options, namespace, breakLinks }),
        ));
    } catch (error) {
      if (!(error instanceof BrokenLinksError)) throw error;
      throw new Error(`${error.message}\ndelete these specs as well, or use --force`);
    }
  },
};
