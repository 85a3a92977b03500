import type { Operation, Registry } from "../../registry/mod.ts";
import { changesOf, type Coverage, isApplicable, readManifest } from "../../runtime/mod.ts";
import { type Diagnostic, formatDiagnostic } from "../../spec/mod.ts";
import type { Store } from "../../store/mod.ts";
import { CHANGE_FLAGS, changeStore } from "../change/change_store.ts";
import { brokenLinks, describeBroken } from "../input/links.ts";
import { readSpecFiles } from "../input/spec_files.ts";
import { lenientEvaluator } from "../input/templates.ts";
import type { Command } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";
import { knownKinds } from "../options/known_kinds.ts";
import { readNamespace } from "../options/namespace.ts";
import { listOf, readEnv, settings, SPEC_FLAGS } from "../options/settings.ts";
import { STORE_FLAGS, withStore } from "../options/store.ts";

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
  async run(flags, args, terminal, config) {
    const paths = [...listOf(flags, "file"), ...args];
    if (paths.length === 0) {
      throw new UsageError("missing argument FILE: expected a file, a folder, or - for standard input");
    }
    const namespace = readNamespace(flags);
    const evaluate = lenientEvaluator(await readEnv(flags, terminal));
    const scheme = await knownKinds(config);
    const files = await readSpecFiles(paths, terminal);
    const covers: Coverage | undefined = flags.prune === true ? "namespaces" : undefined;
    let namespaces: ReadonlySet<string> = new Set();
    let reported = "";
    const report = (diagnostics: readonly Diagnostic[]) => {
      const text = diagnostics.map(formatDiagnostic).join("\n");
      // a second attempt mostly finds the same problems
      if (text !== reported && text !== "") terminal.warn(text);
      reported = text;
    };

    const plan = (registry: Registry): Operation[] => {
      const options = { namespace, scheme, evaluate, registry, ...covers !== undefined && { covers } };
      const manifest = readManifest(files, options);
      report(manifest.diagnostics);
      if (!isApplicable(manifest)) throw new ReportedError();
      namespaces = new Set(manifest.specs.map(({ spec }) => spec.namespace));
      const operations = registry.plan(changesOf(manifest.specs, registry, covers));
      const broken = brokenLinks(registry.snapshot().state, operations);
      if (broken.length > 0) throw new Error(broken.map(describeBroken).join("\n"));
      return operations;
    };

    const work = (registry: Registry, store: Store) =>
      changeStore(flags, terminal, registry, store, {
        plan: () => plan(registry),
        namespaces: () => namespaces,
      });
    try {
      return await withStore(flags, terminal, work, { missing: flags["dry-run"] === true ? "empty" : "new" });
    } catch (error) {
      if (error instanceof ReportedError) return 1;
      throw error;
    }
  },
};

/** Says that the files cannot be applied, after their problems have been reported. */
class ReportedError extends Error {}
