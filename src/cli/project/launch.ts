import { fileURLToPath } from "node:url";
import manifest from "../../../deno.json" with { type: "json" };
import { VERSION } from "../version.ts";

/** The name of the package, on npm and on JSR. */
export const PACKAGE: string = manifest.name;

/** Where the running Weft comes from. */
export type Origin = "checkout" | "jsr" | "npm" | "executable";

/** How Weft was started, which decides how a new project starts it. */
export interface Launch {
  readonly origin: Origin;
  /** The root of the checkout. Only if `origin` is checkout. */
  readonly checkout?: string;
  /** Whether the project's `package.json` is its own, with the scripts of `tasksOf`. Default true. */
  readonly hasScripts?: boolean;
  /** What runs Deno in a shell: `deno`, or `npx -y deno@2.9.6` where it was started so. */
  readonly deno: string;
}

/** Returns how the running Weft was started. */
export function currentLaunch(): Launch {
  return launchOf(import.meta.url, Deno.build.standalone ? undefined : Deno.execPath());
}

/**
 * Returns how a Weft was started.
 *
 * @param module The URL of this module.
 * @param deno The path of the Deno that runs it; undefined for a compiled executable.
 */
export function launchOf(module: string, deno: string | undefined): Launch {
  if (deno === undefined) return { origin: "executable", deno: "deno" };
  // a Deno below node_modules was started by npx, or by the package; the shell may know no other
  const isInstalled = !deno.replaceAll("\\", "/").includes("/node_modules/");
  const command = isInstalled ? "deno" : `npx -y deno@${Deno.version.deno}`;
  if (!module.startsWith("file:")) return { origin: "jsr", deno: command };
  if (module.includes("/node_modules/")) return { origin: "npm", deno: command };
  return { origin: "checkout", checkout: fileURLToPath(new URL("../../../", module)), deno: command };
}

/** A task of a project. */
export type Task = "start" | "dev" | "check" | "test";

const WEFT: Readonly<Record<Task, string>> = {
  start: "start",
  dev: "start --watch --dev",
  check: "check",
  test: "test",
};

/** Options of a task. */
export interface TaskOptions {
  /** Flags of `weft`, as a shell takes them. */
  readonly flags?: string | undefined;
  /** Whether the flows make Weft start programs. Default false. */
  readonly needsPrograms?: boolean | undefined;
}

/** Returns the command line that carries out a task in the folder of a project. */
export function commandOf(launch: Launch, task: Task, { flags, needsPrograms }: TaskOptions = {}): string {
  const more = flags === undefined ? "" : ` ${flags}`;
  switch (launch.origin) {
    case "npm":
      if (launch.hasScripts === false) return `${allowed(needsPrograms)}npx weft ${WEFT[task]}${more}`;
      // npm has short names for some, and takes flags for its own unless they are set apart
      return (task === "check" || task === "dev" ? `npm run ${task}` : `npm ${task}`) + (more && ` --${more}`);
    case "executable":
      return `weft ${WEFT[task]}${more}`;
    default:
      return `${launch.deno} task ${task}${more}`;
  }
}

/** Returns the command line of `weft` in the folder of a project, without what follows. */
export function weftOf(launch: Launch): string {
  if (launch.origin === "npm") return "npx weft";
  return launch.origin === "executable" ? "weft" : `${launch.deno} task weft`;
}

/** What the command of the npm package, which has few permissions, needs to start programs, as SQLite in flows does. */
const ALLOW_PROGRAMS = "--allow-run=deno --allow-env=NODE_V8_COVERAGE,DENO_DIR,HOME,XDG_CACHE_HOME";

function allowed(needsPrograms = false): string {
  return needsPrograms ? `WEFT_ALLOW="${ALLOW_PROGRAMS}" ` : "";
}

/** What V8 needs to stop code at its limit, and to run fast: as in the tasks of Weft itself. */
export const V8_FLAGS = "--v8-flags=--max-semi-space-size=8,--no-turboshaft-loop-unrolling";

/** Returns the tasks of a project, by their names. */
export function tasksOf(launch: Launch, { needsPrograms }: TaskOptions = {}): Record<string, string> {
  const isNpm = launch.origin === "npm";
  const weft = isNpm ? `${allowed(needsPrograms)}weft` : `deno run -A ${V8_FLAGS} jsr:${PACKAGE}@${VERSION}/cli`;
  // Deno would check the types of a linked Weft too, for half a minute; of an installed one it lacks those of Node.js
  const test = isNpm || launch.origin === "checkout" ? "deno test -A --no-check" : "deno test -A";
  return {
    ...!isNpm && { weft },
    start: `${weft} ${WEFT.start}`,
    dev: `${weft} ${WEFT.dev}`,
    check: `${weft} ${WEFT.check}`,
    test: `${weft} ${WEFT.test} && ${test}`,
    schema: `${weft} schema --write schemas`,
  };
}

/** Reports whether the engine of a project can start programs with fewer permissions, which SQLite in flows needs. */
export function canStartPrograms({ origin }: Launch): boolean {
  return origin === "checkout" || origin === "npm";
}
