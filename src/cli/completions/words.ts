import type { Flag } from "../options/flag.ts";

/** A command, as a shell completes it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly Flag[];
  /** What an argument may be: files and folders, some words, or something that no shell knows. */
  readonly argument: "files" | "unknown" | readonly string[];
}

/** Reports whether the value of a flag is the path of a file or a folder. */
export function takesPath({ value = "", choices }: Flag): boolean {
  return choices === undefined && /\b(FILE|FOLDER|MODULE|STORE)\b/.test(value);
}

/** Returns the words of a flag on a command line: `-f`, `--file`. */
export function flagWords({ name, short }: Flag): string[] {
  return [...short === undefined ? [] : [`-${short}`], `--${name}`];
}

/** Quotes a text for a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
