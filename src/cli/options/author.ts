import { userInfo } from "node:os";
import type { Terminal } from "./command.ts";
import type { ParsedFlags } from "./flag.ts";
import { textOf } from "./settings.ts";

/** Who makes a version: whom `--author` names, else the user. */
export function authorOf(given: ParsedFlags, terminal: Terminal): string {
  const names = ["USER", "LOGNAME", "USERNAME"].map((variable) => terminal.env(variable));
  return textOf(given, "author") ?? names.find(Boolean) ?? userInfo().username;
}
