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
  usage: "[FLAGS] [FILE|FOLDER|- ...]",
  about:
    `Checks the files as weft check does, against what is in the store too. What differs from head becomes a version, which
the runtimes on that store take at once; if nothing differs, no version is made. Where two apply at the same time, the
second does it anew from what the first has made; with --base it is refused instead.

A runtime that cannot take the version goes on with what it runs: the exit code is 1 then, and the version stays.`,
  flags: [
    ...settings("file"),
    ...SPEC_FLAGS,
    ...STORE_FLAGS,
    {
      name: "prune",
      type: "flag",
      summary: "Deletes every spec that is not in the files, of those namespaces that are.",
    },
    ...CHANGE_FLAGS,
  ],
  examples: [
    ["weft apply -f flow.yaml", "put a file into the store"],
    ["weft apply -f flows/ --prune -m 'new prices'", "make the store hold what the folder holds, and nothing else"],
    ["weft apply -f flow.yaml --dry-run", "see what would change"],
    ["weft get -o yaml | sed s/hello/bye/ | weft apply -f -", "change what is there"],
  ],
  async run(given, args, terminal, config) {
    const paths = [...listOf(given, "file"), ...args];
    if (paths.length === 0) throw new UsageError("there is nothing to apply: name spec files with -f");
    const namespace = readNamespace(given);
    const evaluate = lenientEvaluator(await readEnv(given, terminal));
    const scheme = await knownKinds(config);
    const files = await readSpecFiles(paths, terminal);
    const covers: Coverage | undefined = given.prune === true ? "namespaces" : undefined;
    let told = "";
    const tell = (diagnostics: readonly Diagnostic[]) => {
      const text = diagnostics.map(formatDiagnostic).join("\n");
      // tried again, the files have mostly the same to be said of them
      if (text !== told && text !== "") terminal.warn(text);
      told = text;
    };

    const plan = (registry: Registry): Operation[] => {
      const options = { namespace, scheme, evaluate, registry, ...covers !== undefined && { covers } };
      const manifest = readManifest(files, options);
      tell(manifest.diagnostics);
      if (!isApplicable(manifest)) throw new Refused();
      const operations = registry.plan(changesOf(manifest.specs, registry, covers));
      const broken = brokenLinks(registry.snapshot().state, operations);
      if (broken.length > 0) throw new Error(broken.map(describeBroken).join("\n"));
      return operations;
    };

    const work = (registry: Registry, store: Store) =>
      changeStore(given, terminal, registry, store, { plan: () => plan(registry) });
    try {
      return await withStore(given, terminal, work, { missing: given["dry-run"] === true ? "empty" : "new" });
    } catch (error) {
      if (error instanceof Refused) return 1;
      throw error;
    }
  },
};

/** The files cannot be applied; why has been told. */
class Refused extends Error {}
