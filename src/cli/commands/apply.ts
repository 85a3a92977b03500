import { apply as applySpecs, lenientEvaluator } from "../../api/mod.ts";
import { readSpecFiles } from "../input/spec_files.ts";
import { CHANGE_FLAGS } from "../options/change_flags.ts";
import type { Command } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";
import { knownKinds } from "../options/known_kinds.ts";
import { readNamespace } from "../options/namespace.ts";
import { listOf, readEnv, settings, SPEC_FLAGS } from "../options/settings.ts";
import { STORE_FLAGS, withStore } from "../options/store.ts";
import { reportChange } from "../output/report_change.ts";

/** `weft apply` */
export const apply: Command = {
  usage: "[FLAGS] [FILE|FOLDER|-]...",
  about:
    `Checks the files like "weft check", and against the specs in the store. Changes to head become a new version, which the
runtimes on the store apply immediately; without changes, no version is created. If another writer changes the store at
the same time, the changes are planned again on top of theirs, or rejected if --base is set.

A runtime that rejects the version keeps running its current one; the exit code is 1, and the version remains head.`,
  maxArgs: Infinity,
  flags: [
    ...settings("file"),
    ...SPEC_FLAGS,
    ...STORE_FLAGS,
    {
      name: "prune",
      type: "boolean",
      summary: "Delete specs that are not in the files, in the namespaces of the files",
    },
    ...CHANGE_FLAGS,
  ],
  examples: [
    ["weft apply -f flow.yaml", "apply a file"],
    ["weft apply -f flows/ --prune -m 'new prices'", "apply a folder and delete every spec that is not in it"],
    ["weft apply -f flow.yaml --dry-run", "see what would change"],
    ["weft get -o yaml | sed s/hello/bye/ | weft apply -f -", "edit the specs in the store"],
  ],
  async run(flags, args, terminal, config, compiler) {
    const paths = [...listOf(flags, "file"), ...args];
    if (paths.length === 0) {
      throw new UsageError("missing argument FILE: expected a file, a folder, or - for standard input");
    }
    const namespace = readNamespace(flags);
    const evaluate = lenientEvaluator(await readEnv(flags, terminal));
    const scheme = await knownKinds(config);
    const files = await readSpecFiles(paths, terminal);
    const covers = flags.prune === true ? { covers: "namespaces" } as const : {};
    return await withStore(flags, terminal, (target) =>
      reportChange(
        flags,
        terminal,
        target,
        (options) => applySpecs(target, files, { ...options, ...covers, namespace, scheme, evaluate }),
      ), { missing: flags["dry-run"] === true ? "empty" : "new", compiler });
  },
};
