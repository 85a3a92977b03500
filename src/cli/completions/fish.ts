import { type CompletedCommand, quoted, takesPath } from "./words.ts";

/** Returns the completion script for fish. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  return [
    "# fish completion for weft: weft completions fish > ~/.config/fish/completions/weft.fish",
    "complete -c weft -f",
    ...commands.map(({ name, summary }) =>
      `complete -c weft -n __fish_use_subcommand -a ${name} -d ${fishQuoted(summary)}`
    ),
    `complete -c weft -n __fish_use_subcommand -a help -d ${fishQuoted("Show the help of a command")}`,
    `complete -c weft -n '__fish_seen_subcommand_from help' -a '${commands.map(({ name }) => name).join(" ")}'`,
    ...commands.flatMap(commandLines),
  ].join("\n");
}

function commandLines({ name, flags, argument }: CompletedCommand): string[] {
  const lead = `complete -c weft -n '__fish_seen_subcommand_from ${name}'`;
  const lines = flags.map((flag) => {
    const { name, short, type, choices, summary } = flag;
    const value = type === "boolean"
      ? ""
      : choices !== undefined
      ? ` -x -a '${choices.join(" ")}'`
      : takesPath(flag)
      ? " -r -F"
      : " -x";
    return `${lead}${short === undefined ? "" : ` -s ${short}`} -l ${name}${value} -d ${fishQuoted(summary)}`;
  });
  const words = argument === "files" ? " -F" : argument === "unknown" ? undefined : ` -a ${quoted(argument.join(" "))}`;
  return [
    ...lines,
    `${lead} -s h -l help -d ${fishQuoted("Show this help")}`,
    ...words === undefined ? [] : [lead + words],
  ];
}

/** Quotes a text for fish, where a backslash escapes within quotes. */
function fishQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
