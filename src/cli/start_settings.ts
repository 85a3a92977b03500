import { asError, reasonOf } from "../value/mod.ts";
import { watchFiles } from "./input/file_watch.ts";
import type { Terminal } from "./options/command.ts";
import { type Config, CONFIG_FILE } from "./options/config.ts";
import { UsageError } from "./options/flag.ts";
import { listOf, readAllowFiles, readAllowPrivate, readEnv } from "./options/settings.ts";

/** What a start is run with, as far as it comes from flags and the files that they name. */
export interface StartSettings {
  readonly config: Config;
  /** Spec files. */
  readonly paths: readonly string[];
  /** The template variables. */
  readonly env: Readonly<Record<string, string>>;
}

/** Reads and checks the settings of a start. @throws {Error} What is wrong. */
export async function readStartSettings(
  config: Config,
  args: readonly string[],
  terminal: Terminal,
): Promise<StartSettings> {
  const { flags } = config;
  const paths = [...listOf(flags, "file"), ...args];
  if (flags.watch === true && (paths.length === 0 || paths.includes("-"))) {
    throw new UsageError("--watch requires files or folders; name them with --file");
  }
  if (flags["log-format"] === "json" && flags["access-log"] === "common") {
    throw new UsageError('invalid --access-log "common": expected json or off, as --log-format is json');
  }
  await readAllowFiles(flags);
  await readAllowPrivate(flags);
  return { config, paths, env: await readEnv(flags, terminal) };
}

/**
 * Waits until the settings differ that files have: weft.yaml and those of `--env-file`. What is wrong in them is told, and
 * that it is so no more.
 *
 * @param reload Reads them again.
 * @returns The new ones; undefined when the wait was aborted.
 */
export async function changedSettings(
  settings: StartSettings,
  reload: () => Promise<StartSettings>,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<StartSettings | undefined> {
  const files = [settings.config.file ?? CONFIG_FILE, ...listOf(settings.config.flags, "env-file")];
  let isBroken = false;
  for await (const _ of watchFiles(files, signal)) {
    let next: StartSettings;
    try {
      next = await reload();
    } catch (thrown) {
      for (const line of reasonOf(asError(thrown)).split("\n")) terminal.warn(line);
      terminal.warn("still running with the settings of before");
      isBroken = true;
      continue;
    }
    if (identityOf(next) !== identityOf(settings)) return next;
    if (isBroken) terminal.print("mended     the settings are as they were");
    isBroken = false;
  }
  return undefined;
}

function identityOf({ config: { flags, kinds }, paths, env }: StartSettings): string {
  return JSON.stringify([flags, kinds?.map(({ name }) => name) ?? null, paths, env]);
}
