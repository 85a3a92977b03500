import { backupStore } from "../../store/mod.ts";
import type { Command } from "../options/command.ts";
import { type Flag, UsageError } from "../options/flag.ts";
import { settings, storeOf } from "../options/settings.ts";
import { count, outputFlag, printData } from "../output/output.ts";
import { Progress } from "../output/progress.ts";

const FORCE: Flag = { name: "force", type: "boolean", summary: "Replace the file if it exists" };

/** `weft backup` */
export const backup: Command = {
  usage: "[FLAGS] FILE",
  about:
    `Copies the store as a whole, with its history, into FILE, while runtimes and commands use it: the copy is the store
as it was at one moment. The copy is checked, and is there as a whole or not at all. "weft restore FILE" is the way back.`,
  maxArgs: 1,
  takesFiles: false,
  flags: [...settings("store"), FORCE, outputFlag("text")],
  examples: [
    ["weft backup shop-2030-01-31.db", "back the store up"],
    ["weft backup --store shop.db --force backups/shop.db", "replace the backup of yesterday"],
  ],
  async run(flags, args, terminal) {
    const [file] = args;
    if (file === undefined) throw new UsageError("missing argument FILE: expected the file to write");
    const store = storeOf(flags);
    using progress = new Progress(terminal, "copying");
    const copy = await backupStore(store, file, {
      force: flags.force === true,
      onProgress: (done) => progress.update(done),
    }).catch(suggestForce);
    if (printData(flags, terminal, { store, file, ...copy })) return 0;
    terminal.print(
      `backed up ${store} to ${file}: version ${copy.head}, ${count(copy.versions, "version")}`,
    );
    return 0;
  },
};

/** Names the flag that would help. */
export function suggestForce(error: Error & { code?: string }): never {
  throw error.code === "conflict" ? new Error(`${error.message}; use --force to replace it`) : error;
}
