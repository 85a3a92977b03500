import type { LogLevel } from "../flow/mod.ts";
import { evaluateTemplate } from "../language/mod.ts";
import type { WardenLink } from "../pool/mod.ts";
import { openHistory } from "../registry/mod.ts";
import { changesOf, isApplicable, loadScheme, type LogFormat, Logger, readManifest, Runtime } from "../runtime/mod.ts";
import { formatProblem } from "../spec/mod.ts";
import type { Terminal } from "./command.ts";
import type { Given } from "./flag.ts";
import { stopSignal } from "./stop_signal.ts";
import { readSpecFiles } from "./spec_files.ts";
import { VERSION } from "./version.ts";

/** What `start` has read already. */
export interface ServeOptions {
  given: Given;
  paths: readonly string[];
  env: Readonly<Record<string, string>>;
  extensions: readonly string[];
  warden: WardenLink;
  terminal: Terminal;
}

/** Serves until a signal comes. @returns The exit code. */
export async function serve({ given, paths, env, extensions, warden, terminal }: ServeOptions): Promise<number> {
  const stop = stopSignal();
  const store = (given.store as string | undefined) ?? "memory:";
  const namespace = (given.namespace as string | undefined) ?? "default";
  const logger = new Logger({
    ...given["log-format"] !== undefined && { format: given["log-format"] as LogFormat },
    ...given["log-level"] !== undefined && { level: given["log-level"] as LogLevel },
  });
  const scheme = await loadScheme({ extensions });
  const files = await readSpecFiles(paths, terminal);
  const evaluate = (expression: string) => evaluateTemplate(expression, env);
  const manifest = readManifest(files, { namespace, scheme, evaluate });
  for (const problem of manifest.problems) terminal.complain(formatProblem(problem));
  if (!isApplicable(manifest)) return 1;
  const runtime = await Runtime.start({
    history: await openHistory(store),
    namespace,
    scheme,
    logger,
    env,
    extensions,
    warden,
    dev: given.dev === true,
    ...given.host !== undefined && { host: given.host as string },
    ...given.executors !== undefined && { executors: given.executors as number },
  });
  await runtime.registry.apply(changesOf(manifest.specs, runtime.registry), { message: `start -f ${paths.join(" ")}` });
  terminal.print(`weft       ${VERSION}`);
  terminal.print(`namespace  ${namespace}`);
  terminal.print(`store      ${store}`);
  for (const url of await runtime.sockets.urls()) terminal.print(`listening  ${url}`);
  terminal.print("serving");
  await stop.first;
  logger.log("info", "stopping: requests in flight are finished first; a second signal stops at once");
  const drained = await Promise.race([runtime.drain(), stop.second.then(() => undefined)]);
  if (drained === undefined) return 1;
  if (!drained) logger.log("warn", "some requests were cut short");
  await runtime.close();
  return drained ? 0 : 1;
}
