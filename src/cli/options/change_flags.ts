import type { ChangeOptions, Target } from "../../api/stored/mod.ts";
import { parseDuration } from "../../spec/mod.ts";
import { outputFlag } from "../output/output.ts";
import { authorOf } from "./author.ts";
import type { Terminal } from "./command.ts";
import { type Flag, type ParsedFlags, UsageError } from "./flag.ts";
import { settings, stringOf } from "./settings.ts";
import { readVersion } from "./version_argument.ts";

/** The flags of every command that changes a store. */
export const CHANGE_FLAGS: readonly Flag[] = [
  { name: "dry-run", type: "boolean", summary: "Show what would change without changing anything" },
  {
    name: "base",
    type: "string",
    value: "VERSION",
    summary: "Fail unless this version is head (default: apply to whichever version is head)",
  },
  {
    name: "message",
    short: "m",
    type: "string",
    value: "TEXT",
    summary: "Message of the version, shown by weft history",
  },
  ...settings("author"),
  { name: "no-wait", type: "boolean", summary: "Do not wait for runtimes to apply the version" },
  ...settings("timeout"),
  outputFlag("text"),
];

/**
 * Returns the options of a change.
 *
 * @throws {UsageError} If `--base` is malformed.
 * @throws {Error} If that version does not exist.
 */
export async function readChangeOptions(
  flags: ParsedFlags,
  terminal: Terminal,
  target: Target,
): Promise<ChangeOptions> {
  const base = stringOf(flags, "base");
  const message = stringOf(flags, "message");
  return {
    author: authorOf(flags, terminal),
    dryRun: flags["dry-run"] === true,
    ...base !== undefined && { base: await readVersion(base, target) },
    ...message !== undefined && { message },
  };
}

/** Returns `--timeout` in milliseconds. @throws {UsageError} If it is no duration. */
export function readTimeout(flags: ParsedFlags): number {
  const text = stringOf(flags, "timeout") ?? "10s";
  const timeout = parseDuration(text);
  if (timeout === undefined) {
    throw new UsageError(`invalid --timeout ${JSON.stringify(text)}: expected a duration such as 10s or 1m30s`);
  }
  return timeout;
}
