#!/usr/bin/env node
// Starts Weft with the Deno that is installed beside it, and is gone where Node.js can be replaced by a program;
// otherwise passes signals on, and ends as Deno ends.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { delimiter, dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

// written when the package is made: the flags of `deno task weft`
const FLAGS = [];

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGBREAK"];

/** Returns the path of Deno, which is made ready if scripts of packages are not run when they are installed. */
function findDeno() {
  try {
    return createRequire(import.meta.url)("deno/install_api.cjs").runInstall();
  } catch (error) {
    console.error(`weft: cannot find Deno, a dependency of it: ${error.message}`);
    process.exit(1);
  }
}

/** Returns the words of a variable: split at spaces, but for those in quotes. */
function wordsOf(variable = "") {
  const words = variable.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

const deno = findDeno();
const main = fileURLToPath(new URL("../main.js", import.meta.url));
const config = fileURLToPath(new URL("../deno.json", import.meta.url));
const args = [...FLAGS, `--config=${config}`, ...wordsOf(process.env.WEFT_ALLOW), main, ...process.argv.slice(2)];
const env = {
  ...process.env,
  DENO_NO_UPDATE_CHECK: "1",
  // so that --allow-run=deno means this Deno
  PATH: dirname(deno) + delimiter + (process.env.PATH ?? ""),
};

// npm runs commands by a shell, which passes no signal on: whoever is started by npm ends when that shell does
const follows = process.env.npm_lifecycle_event === undefined ? undefined : process.ppid;

if (typeof process.execve === "function" && process.platform !== "win32") {
  process.execve(deno, [deno, ...args], { ...env, WEFT_LAUNCHER: String(follows ?? "") });
}

const child = spawn(deno, args, { stdio: "inherit", env: { ...env, WEFT_LAUNCHER: String(process.pid) } });
let isTold = false;
for (const signal of SIGNALS) {
  try {
    process.on(signal, () => isTold = child.kill(signal));
  } catch {
    // this system does not have it
  }
}
if (follows !== undefined) {
  const timer = setInterval(() => {
    if (process.ppid === follows) return;
    clearInterval(timer);
    if (!isTold) child.kill("SIGTERM");
  }, 250);
}
child.on("error", (error) => {
  console.error(`weft: cannot start ${deno}: ${error.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // process 1 is not ended by a signal
  setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
});
