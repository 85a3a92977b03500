import type { Terminal } from "./options/command.ts";

/** The variable of the environment that names the process that has started this one, if it must not outlive that. */
export const LAUNCHER = "WEFT_LAUNCHER";

/** The interval at which it is looked whether the launcher is still there, in milliseconds. */
const LOOK = 250;

/**
 * Returns a promise that resolves when the launcher of the npm package has ended, however it did: by a signal that it
 * could not pass on, for instance. Undefined if there is no launcher to follow.
 */
export function launcherGone(terminal: Terminal): Promise<void> | undefined {
  const launcher = Number(terminal.env(LAUNCHER) ?? "");
  if (!(launcher > 0)) return undefined;
  // what this program starts has another parent
  if (Deno.permissions.querySync({ name: "env", variable: LAUNCHER }).state === "granted") Deno.env.delete(LAUNCHER);
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (Deno.ppid === launcher) return;
      clearInterval(timer);
      resolve();
    }, LOOK);
    Deno.unrefTimer(timer);
  });
}
