import type { Flag } from "../options/flag.ts";
import { type CompletedCommand, flagWords, quoted, takesPath } from "./words.ts";

/** Returns the completion script for zsh, to be saved as `_weft` in a folder of `fpath`, or to be sourced. */
export function zshScript(commands: readonly CompletedCommand[]): string {
  return `#compdef weft
# zsh completion for weft: weft completions zsh > "\${fpath[1]}/_weft"
_weft() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join("\n")}
    ${quoted("help:Show the help of a command")}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    return
  fi
  local command=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $command in
    help) _describe -t commands command commands ;;
${commands.map(commandCase).join("\n")}
  esac
}
if [[ \${funcstack[1]} == _weft ]]; then
  _weft "$@"
else
  compdef _weft weft
fi`;
}

function commandCase({ name, flags, argument }: CompletedCommand): string {
  const rest = argument === "files" ? "_files" : argument === "unknown" ? "" : `(${argument.join(" ")})`;
  const lines = [
    ...flags.map(flagSpec),
    quoted("(-h --help)") + "{-h,--help}" + quoted("[Show this help]"),
    quoted(`*:argument:${rest}`),
  ];
  return `    ${name})\n      _arguments -s \\\n${lines.map((line) => `        ${line}`).join(" \\\n")}\n      ;;`;
}

/** Returns what `_arguments` is told of a flag. */
function flagSpec(flag: Flag): string {
  const { name, short, type, value = "VALUE", choices, summary } = flag;
  const words = flagWords(flag);
  const text = `[${escaped(summary)}]`;
  const action = choices !== undefined ? `(${choices.join(" ")})` : takesPath(flag) ? "_files" : " ";
  const taken = type === "boolean" ? "" : `:${escaped(choices === undefined ? value : name)}:${action}`;
  const repeated = type === "list" ? "*" : `(${words.join(" ")})`;
  if (short === undefined) return quoted(`${repeated}--${name}${text}${taken}`);
  return `${quoted(repeated)}{-${short},--${name}}${quoted(text + taken)}`;
}

/** Escapes what has a meaning in a specification. */
function escaped(text: string): string {
  return text.replace(/[[\]:\\]/g, "\\$&");
}
