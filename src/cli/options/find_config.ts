import { dirname, join, relative, resolve } from "node:path";
import type { Terminal } from "./command.ts";

/** The name of the configuration file, which is read if it exists. */
export const CONFIG_FILE = "weft.yaml";

/**
 * Returns the path of the configuration file of the project: in the working directory or in the nearest folder above it
 * that has one, up to the root of the repository or below the home of the user. Undefined if there is none.
 *
 * A file above that belongs to somebody else than the working directory does, and not to root, is left out with a warning:
 * its extensions would run.
 */
export async function findConfig(terminal: Terminal): Promise<string | undefined> {
  const here = resolve(".");
  const home = homeOf(terminal);
  for (let folder = here;; folder = dirname(folder)) {
    if (folder !== here && folder === home) return undefined;
    const path = join(folder, CONFIG_FILE);
    const info = await statOf(path);
    if (info?.isFile === true) {
      const shown = relative(here, path) || path;
      if (folder === here || await isTrusted(info, here)) return shown;
      terminal.warn(`warning: ${shown} is left out: it belongs to another user; name it with --config to use it`);
      return undefined;
    }
    if (folder === dirname(folder) || await statOf(join(folder, ".git")) !== undefined) return undefined;
  }
}

async function isTrusted({ uid }: Deno.FileInfo, here: string): Promise<boolean> {
  return uid === null || uid === 0 || uid === (await statOf(here))?.uid;
}

/** Returns the home of the user, if the program may know it. */
function homeOf({ env }: Terminal): string | undefined {
  try {
    return env("HOME");
  } catch {
    return undefined;
  }
}

/** Returns what is at a path; undefined for what is not there, and for what the program may not see. */
async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  return await Deno.stat(path).catch(() => undefined);
}
