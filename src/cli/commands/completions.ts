import type { CompletedCommand } from "../completions/words.ts";
import type { Command } from "../options/command.ts";
import { UsageError } from "../options/flag.ts";

const SHELLS: Readonly<Record<string, (commands: readonly CompletedCommand[]) => Promise<string>>> = {
  bash: async (commands) => (await import("../completions/bash.ts")).bashScript(commands),
  zsh: async (commands) => (await import("../completions/zsh.ts")).zshScript(commands),
  fish: async (commands) => (await import("../completions/fish.ts")).fishScript(commands),
};
const NAMES = Object.keys(SHELLS);

/** `weft completions` */
export const completions: Command = {
  usage: "[FLAGS] bash|zsh|fish",
  about:
    `Prints a script that makes a shell complete commands, flags, their values, files, and the words of "weft explain". It is
for a program that is called weft.`,
  maxArgs: 1,
  takesFiles: false,
  words: () => NAMES,
  flags: [],
  examples: [
    ["source <(weft completions bash)", "complete in this bash; put the line into ~/.bashrc to keep it"],
    ['weft completions zsh > "${fpath[1]}/_weft"', "complete in zsh"],
    ["weft completions fish > ~/.config/fish/completions/weft.fish", "complete in fish"],
  ],
  async run(_, args, terminal) {
    const [shell] = args;
    if (shell === undefined) throw new UsageError("missing argument: expected bash, zsh or fish");
    const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
    if (script === undefined) {
      throw new UsageError(`invalid shell ${JSON.stringify(shell)}: expected bash, zsh or fish`);
    }
    terminal.print(await script(await completedCommands()));
    return 0;
  },
};

/** Returns all commands, as shells complete them. */
export async function completedCommands(): Promise<CompletedCommand[]> {
  const { COMMAND_NAMES, findCommand } = await import("../mod.ts");
  return await Promise.all(COMMAND_NAMES.map(async (name): Promise<CompletedCommand> => {
    const [summary, command] = await findCommand(name);
    const takesPaths = /\b(FILE|FOLDER)\b/.test(command.usage);
    const argument = await command.words?.() ?? (takesPaths ? "files" : "unknown");
    return { name, summary, flags: command.flags, argument };
  }));
}
