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
import { settings, textOf } from "../options/settings.ts";
import { readVersion } from "../options/version_argument.ts";
import { reportOperations } from "../output/difference.ts";
import { operationLines } from "../output/operation_lines.ts";
import { outputFlag, printData } from "../output/output.ts";
import { receptionLines } from "../output/reception_lines.ts";
import { liveRuntimes, receptions } from "./live_runtimes.ts";
import { write } from "./write.ts";

/** The flags of every command that changes a store. */
export const CHANGE_FLAGS: readonly Flag[] = [
  { name: "dry-run", type: "flag", summary: "Says what would change, and changes nothing." },
  {
    name: "base",
    type: "text",
    value: "VERSION",
    summary: "Refuses if another version than this is head. Default: does it anew from whatever is head.",
  },
  { name: "message", short: "m", type: "text", value: "TEXT", summary: "Why, for weft history." },
  ...settings("author"),
  { name: "no-wait", type: "flag", summary: "Does not wait for the runtimes to take it." },
  ...settings("timeout"),
  outputFlag("text"),
];

/** A change that a command is to make. */
export interface StoreChange {
  /** What has to be done to what the registry holds now. Called again if somebody else was faster. */
  plan(): Promise<readonly Operation[]> | readonly Operation[];
  /** Makes it. Default: saves the operations as a new version. */
  save?(operations: readonly Operation[], options: Signature & { base: number }): Promise<Version>;
  /** Whether the whole specs are shown that are created and deleted. Default false. */
  whole?: boolean;
}

/**
 * Makes a change, prints what changed, waits for the live runtimes and says which took it or why not.
 *
 * @returns The exit code: 1 if a runtime has refused it or not answered.
 */
export async function changeStore(
  given: ParsedFlags,
  terminal: Terminal,
  registry: Registry,
  { presence }: Store,
  { plan, save = saveVersion(registry), whole = false }: StoreChange,
): Promise<number> {
  const base = given.base === undefined ? undefined : await readVersion(textOf(given, "base")!, registry);
  const timeout = readTimeout(given);
  const dry = given["dry-run"] === true;
  const made = await write(registry, base, async () => {
    const operations = await plan();
    const before = registry.version;
    const live = await liveRuntimes(presence, new Set(operations.map(({ id }) => id.namespace)));
    if (dry || operations.length === 0) return { operations, live, version: before };
    return { operations, live, version: await save(operations, { ...signature(given, terminal), base: before.id }) };
  });
  const { id, parent } = made.version;
  const operations = reportOperations(made.operations);
  const isText = given.output === undefined || given.output === "text";
  const written = !dry && operations.length > 0;
  if (isText) {
    const lines = operationLines(operations, { done: written, whole });
    for (const line of lines) terminal.print(line);
    terminal.print(
      operations.length === 0
        ? `nothing changes: head is version ${id}`
        : written
        ? `version ${id}`
        : "nothing is written",
    );
  }
  const wait = written && given["no-wait"] !== true;
  const runtimes = wait ? await receptions(registry, presence, made.live, id, timeout) : [];
  if (isText && wait) { for (const line of receptionLines(runtimes, id, timeout)) terminal.print(line); }
  const isDry = dry && operations.length > 0;
  printData(given, terminal, { version: isDry ? null : id, parent: isDry ? id : parent ?? null, operations, runtimes });
  const missed = runtimes.filter(({ state }) => state === "refused" || state === "late");
  if (!isText) { for (const line of receptionLines(missed, id, timeout)) terminal.warn(line); }
  return missed.length > 0 ? 1 : 0;
}

function toChange(operation: Operation): Change {
  return operation.kind === "delete" ? change.delete(operation.id) : change[operation.kind](operation.entry);
}

function saveVersion(registry: Registry): NonNullable<StoreChange["save"]> {
  return (operations, options) => registry.apply(operations.map(toChange), options);
}

function signature(given: ParsedFlags, terminal: Terminal): Signature {
  const message = textOf(given, "message");
  return { author: authorOf(given, terminal), ...message !== undefined && { message } };
}

function readTimeout(given: ParsedFlags): number {
  const text = textOf(given, "timeout") ?? "10s";
  const timeout = parseDuration(text);
  if (timeout === undefined) {
    throw new UsageError(`--timeout is a duration such as 10s or 1m30s; it is ${JSON.stringify(text)}`);
  }
  return timeout;
}
