import { restoreStore } from "../../store/mod.ts";
import type { Command } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";
import { settings, storeOf } from "../options/settings.ts";
import { count, outputFlag, printData } from "../output/output.ts";
import { Progress } from "../output/progress.ts";
import { suggestForce } from "./backup.ts";

/** `weft restore` */
export const restore: Command = {
  usage: "[FLAGS] FILE",
  about:
    `Makes a store of a backup that "weft backup" has written. The backup is checked first; the store is there as a whole or
not at all. A store that exists is replaced only with --force, and never while a runtime or another command uses it.`,
  maxArgs: 1,
  takesFiles: false,
  flags: [
    ...settings("store"),
    { name: "force", type: "boolean", summary: "Replace the store if it exists" },
    outputFlag("text"),
  ],
  examples: [
    ["weft restore shop-2030-01-31.db --store shop.db", "make a store of a backup"],
    ["weft restore backups/shop.db --store shop.db --force", "go back to a backup, after the runtimes have stopped"],
  ],
  async run(flags, args, terminal) {
    const [file] = args;
    if (file === undefined) throw new UsageError("missing argument FILE: expected a backup");
    const store = storeOf(flags);
    using progress = new Progress(terminal, "copying");
    const copy = await restoreStore(file, store, {
      force: flags.force === true,
      onProgress: (done) => progress.update(done),
    }).catch(suggestForce);
    if (printData(flags, terminal, { store, file, ...copy })) return 0;
    terminal.print(
      `restored ${store} from ${file}: version ${copy.head}, ${count(copy.versions, "version")}`,
    );
    return 0;
  },
};
