import { dirname, join, resolve } from "node:path";
import { get } from "../../api/stored/mod.ts";
import type { Entry } from "../../registry/mod.ts";
import { entryToSpec } from "../../runtime/stored/mod.ts";
import { stringifySpecs } from "../../spec/mod.ts";
import type { Command } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";
import { SCOPE_FLAGS, scopeOf, STORE_FLAGS, withStore } from "../options/store.ts";
import { count, outputFlag, printData } from "../output/output.ts";
import { AT_FLAG, readAt } from "./get.ts";

/** `weft export` */
export const exportCommand: Command = {
  usage: "[FLAGS] FOLDER",
  about:
    `Writes the specs of the store into FOLDER, one file each: NAMESPACE/NAME.yaml. "weft apply -f FOLDER" is the way back,
and finds no changes while the specs are the same. FOLDER must be empty or missing; with --force, files that are there
are replaced, and others stay.`,
  maxArgs: 1,
  takesFiles: false,
  flags: [
    ...SCOPE_FLAGS,
    AT_FLAG,
    ...STORE_FLAGS,
    { name: "force", type: "boolean", summary: "Write into a folder that is not empty" },
    outputFlag("text"),
  ],
  examples: [
    ["weft export flows/", "write all specs into a folder"],
    ["weft export before/ --at head~1 -n shop", "write those of a namespace, as they were before the last change"],
  ],
  async run(flags, args, terminal) {
    const [folder] = args;
    if (folder === undefined) throw new UsageError("missing argument FOLDER: expected the folder to write to");
    const specs = await withStore(
      flags,
      terminal,
      async (target) => await get(target, { namespace: scopeOf(flags), version: await readAt(flags, target) }),
    );
    if (flags.force !== true && !await isFree(folder)) {
      throw new Error(`${folder} is not empty; use --force to write into it`);
    }
    const files = await write(resolve(folder), specs, flags.force === true);
    if (printData(flags, terminal, { folder, files })) return 0;
    terminal.print(`${count(files.length, "spec")} written to ${folder}`);
    return 0;
  },
};

/** Reports whether a folder is empty or missing. */
async function isFree(folder: string): Promise<boolean> {
  try {
    for await (const _ of Deno.readDir(folder)) return false;
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}

/**
 * Writes specs into a folder, which is filled beside its place first: a failure leaves no half of it.
 *
 * @returns The paths of the files in it.
 */
async function write(folder: string, entries: readonly Entry[], isOpen: boolean): Promise<string[]> {
  const files = entries.map((entry) => {
    const { spec } = entryToSpec(entry);
    return { path: join(spec.namespace, `${spec.name ?? spec.id}.yaml`), text: stringifySpecs([spec]) };
  });
  await Deno.mkdir(dirname(folder), { recursive: true });
  const temporary = await Deno.makeTempDir({ dir: dirname(folder), prefix: ".weft-export-" });
  try {
    for (const { path, text } of files) {
      await Deno.mkdir(dirname(join(temporary, path)), { recursive: true });
      await Deno.writeTextFile(join(temporary, path), text);
    }
    if (isOpen) await merge(temporary, folder, files.map(({ path }) => path));
    else await Deno.rename(temporary, folder);
    return files.map(({ path }) => path);
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
}

async function merge(from: string, to: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await Deno.mkdir(dirname(join(to, path)), { recursive: true });
    await Deno.rename(join(from, path), join(to, path));
  }
}
