import { type CompletedCommand, flagWords, takesPath } from "./words.ts";

/** Returns the completion script for bash, which needs nothing but bash. */
export function bashScript(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  return `# bash completion for weft: source <(weft completions bash)
_weft_words() {
  local IFS=$' \\t\\n'
  COMPREPLY=($(compgen -W "$1" -- "$2"))
}
_weft_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$1"))
}
_weft() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  # bash takes --flag=value for three words
  if [[ $cur == = ]]; then
    cur=""
  elif [[ $prev == = ]]; then
    prev="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  if ((COMP_CWORD == 1)); then
    _weft_words "${names} help --help --version" "$cur"
    return
  fi
  case "$command $prev" in
${commands.flatMap(valueCases).join("\n")}
  esac
  case "$command" in
    help) _weft_words "${names}" "$cur" ;;
${commands.map(commandCase).join("\n")}
  esac
}
complete -F _weft weft`;
}

/** Returns the cases of the flags of a command that take a value. */
function valueCases({ name, flags }: CompletedCommand): string[] {
  return flags.filter(({ type }) => type !== "boolean").map((flag) => {
    const pattern = flagWords(flag).map((word) => `"${name} ${word}"`).join(" | ");
    const words = flag.choices === undefined
      ? takesPath(flag) ? '_weft_files "$cur"' : ":"
      : `_weft_words "${flag.choices.join(" ")}" "$cur"`;
    return `    ${pattern}) ${words}; return ;;`;
  });
}

function commandCase({ name, flags, argument }: CompletedCommand): string {
  const words = [...flags.flatMap(flagWords), "-h", "--help"].join(" ");
  const argumentWords = argument === "files"
    ? '_weft_files "$cur"'
    : argument === "unknown"
    ? ":"
    : `_weft_words "${argument.join(" ")}" "$cur"`;
  return `    ${name}) if [[ $cur == -* ]]; then _weft_words "${words}" "$cur"; else ${argumentWords}; fi ;;`;
}
