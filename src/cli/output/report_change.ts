import {
  awaitRollout,
  type ChangeOptions,
  type ChangeReport,
  describeBroken,
  HeadMovedError,
  SpecsError,
  type Target,
} from "../../api/stored/mod.ts";
import { formatDiagnostic } from "../../spec/mod.ts";
import { readChangeOptions, readTimeout } from "../options/change_flags.ts";
import type { Terminal } from "../options/command.ts";
import type { ParsedFlags } from "../options/flag.ts";
import { operationLines } from "./operation_lines.ts";
import { printData } from "./output.ts";
import { Progress } from "./progress.ts";
import { rolloutLines } from "./rollout_lines.ts";

/** Options of `reportChange`. */
export interface ReportChangeOptions {
  /** Whether to show created and deleted specs in full. Default false. */
  whole?: boolean;
}

/**
 * Changes a store, prints what changed, waits for the live runtimes and prints whether they applied the version.
 *
 * @param make Makes the change. The diagnostics of a `SpecsError` that it throws are printed.
 * @returns The exit code: 1 if the specs are invalid, or a runtime rejected the version or timed out.
 */
export async function reportChange(
  flags: ParsedFlags,
  terminal: Terminal,
  target: Target,
  make: (options: ChangeOptions) => Promise<ChangeReport>,
  { whole = false }: ReportChangeOptions = {},
): Promise<number> {
  const options = await readChangeOptions(flags, terminal, target);
  const timeout = readTimeout(flags);
  let report: ChangeReport;
  using progress = new Progress(terminal, "checking and writing");
  try {
    report = await make(options);
  } catch (error) {
    if (!(error instanceof SpecsError)) throw explainMove(error);
    for (const diagnostic of error.diagnostics) terminal.warn(formatDiagnostic(diagnostic));
    return 1;
  }
  const { version: { id, parent }, changed, retried, operations, warnings, brokenLinks } = report;
  const isText = flags.output === undefined || flags.output === "text";
  const isDry = options.dryRun === true && operations.length > 0;
  for (const warning of warnings) terminal.warn(formatDiagnostic(warning));
  for (const link of brokenLinks) terminal.warn(`warning: ${describeBroken(link)}`);
  if (isText) {
    for (const line of operationLines(operations, { done: changed, whole })) terminal.print(line);
    terminal.print(
      changed ? `version ${id}` : isDry ? "dry run: no version created" : `no changes: head is version ${id}`,
    );
  }
  const waits = (changed || retried) && flags["no-wait"] !== true;
  progress.next("waiting for runtimes");
  const runtimes = waits ? await awaitRollout(target, report, timeout) : [];
  if (isText && waits) { for (const line of rolloutLines(runtimes, id, timeout)) terminal.print(line); }
  printData(flags, terminal, { version: isDry ? null : id, parent: isDry ? id : parent ?? null, operations, runtimes });
  const failed = runtimes.filter(({ state }) => state === "rejected" || state === "timed-out");
  if (!isText) { for (const line of rolloutLines(failed, id, timeout)) terminal.warn(line); }
  return failed.length > 0 ? 1 : 0;
}

function explainMove(error: unknown): unknown {
  if (!(error instanceof HeadMovedError)) return error;
  const { expected, actual, message } = error;
  return new Error(`${message}; run "weft diff ${expected} ${actual}" to see what changed`);
}
