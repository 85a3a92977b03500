import { userInfo } from "node:os";
import type { Terminal } from "./command.ts";
import type { ParsedFlags } from "./flag.ts";
import { stringOf } from "./settings.ts";

/** Returns the author of a version: `--author`, or the name of the user. */
export function authorOf(flags: ParsedFlags, terminal: Terminal): string {
  const names = ["USER", "LOGNAME", "USERNAME"].map((variable) => terminal.env(variable));
  return stringOf(flags, "author") ?? names.find(Boolean) ?? userInfo().username;
}
