import {
  type Change,
  change,
  type Operation,
  type Registry,
  type Signature,
  type Version,
} from "../../registry/mod.ts";
import { parseDuration } from "../../spec/mod.ts";
import type { Store } from "../../store/mod.ts";
import { authorOf } from "../options/author.ts";
import type { Terminal } from "../options/command.ts";
import { type Flag, type ParsedFlags, UsageError } from "../options/flag.ts";
import { settings, stringOf } from "../options/settings.ts";
import { readVersion } from "../options/version_argument.ts";
import { reportOperations } from "../output/difference.ts";
import { operationLines } from "../output/operation_lines.ts";
import { outputFlag, printData } from "../output/output.ts";
import { rolloutLines } from "../output/rollout_lines.ts";
import { awaitRollout } from "./rollout.ts";
import { liveRuntimes } from "./runtime_instances.ts";
import { write } from "./write.ts";

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

/** A change of a store. */
export interface StoreChange {
  /** Plans the operations on the current state of the registry. Called again if another writer was faster. */
  plan(): Promise<readonly Operation[]> | readonly Operation[];
  /** The namespaces whose runtimes try head again if nothing changes and they have rejected it. Default none. */
  namespaces?(): ReadonlySet<string>;
  /** Saves the operations. Default: as a new version. */
  save?(operations: readonly Operation[], options: Signature & { base: number }): Promise<Version>;
  /** Whether to show created and deleted specs in full. Default false. */
  whole?: boolean;
}

/**
 * Changes a store, prints what changed, waits for the live runtimes and prints whether they applied the version.
 *
 * @returns The exit code: 1 if a runtime rejected the version or timed out.
 */
export async function changeStore(
  flags: ParsedFlags,
  terminal: Terminal,
  registry: Registry,
  { history, presence }: Store,
  { plan, namespaces, save = saveVersion(registry), whole = false }: StoreChange,
): Promise<number> {
  const base = flags.base === undefined ? undefined : await readVersion(stringOf(flags, "base")!, registry);
  const timeout = readTimeout(flags);
  const dry = flags["dry-run"] === true;
  const result = await write(registry, base, async () => {
    const before = registry.version;
    const operations = await plan();
    const changed = operations.length > 0 ? new Set(operations.map(({ id }) => id.namespace)) : namespaces?.();
    const live = await liveRuntimes(presence, changed ?? new Set());
    if (dry) return { operations, live, version: before };
    if (operations.length === 0) {
      const rejecting = live.filter(({ report }) => report.rejected?.version === before.id);
      // a move to the same version has them try it again
      if (rejecting.length > 0) await history.setHead(before.id, before.id, signature(flags, terminal));
      return { operations, live: rejecting, version: before };
    }
    return { operations, live, version: await save(operations, { ...signature(flags, terminal), base: before.id }) };
  });
  const { id, parent } = result.version;
  const operations = reportOperations(result.operations);
  const isText = flags.output === undefined || flags.output === "text";
  const written = !dry && operations.length > 0;
  if (isText) {
    const lines = operationLines(operations, { done: written, whole });
    for (const line of lines) terminal.print(line);
    terminal.print(
      operations.length === 0
        ? `no changes: head is version ${id}`
        : written
        ? `version ${id}`
        : "dry run: no version created",
    );
  }
  const wait = !dry && result.live.length > 0 && flags["no-wait"] !== true;
  const runtimes = wait ? await awaitRollout(registry, presence, result.live, id, timeout) : [];
  if (isText && wait) { for (const line of rolloutLines(runtimes, id, timeout)) terminal.print(line); }
  const isDry = dry && operations.length > 0;
  printData(flags, terminal, { version: isDry ? null : id, parent: isDry ? id : parent ?? null, operations, runtimes });
  const failed = runtimes.filter(({ state }) => state === "rejected" || state === "timed-out");
  if (!isText) { for (const line of rolloutLines(failed, id, timeout)) terminal.warn(line); }
  return failed.length > 0 ? 1 : 0;
}

function toChange(operation: Operation): Change {
  return operation.kind === "delete" ? change.delete(operation.id) : change[operation.kind](operation.entry);
}

function saveVersion(registry: Registry): NonNullable<StoreChange["save"]> {
  return (operations, options) => registry.apply(operations.map(toChange), options);
}

function signature(flags: ParsedFlags, terminal: Terminal): Signature {
  const message = stringOf(flags, "message");
  return { author: authorOf(flags, terminal), ...message !== undefined && { message } };
}

function readTimeout(flags: ParsedFlags): number {
  const text = stringOf(flags, "timeout") ?? "10s";
  const timeout = parseDuration(text);
  if (timeout === undefined) {
    throw new UsageError(`invalid --timeout ${JSON.stringify(text)}: expected a duration such as 10s or 1m30s`);
  }
  return timeout;
}
