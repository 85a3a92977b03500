import type { FieldChange, OperationReport } from "../../api/stored/mod.ts";
import { printable, specFromMap, stringifySpecs } from "../../spec/mod.ts";
import { diffLines, type Value, withContext } from "../../value/mod.ts";

/** The number of unchanged lines shown around a change. */
const CONTEXT = 2;

/** Options of `operationLines`. */
export interface OperationLinesOptions {
  /** Whether the operations were carried out: `created` rather than `create`. Default false. */
  done?: boolean;
  /** Whether to show created and deleted specs in full. Default false. */
  whole?: boolean;
}

/** Formats operations for people, with the changed fields of updates. */
export function operationLines(operations: readonly OperationReport[], options: OperationLinesOptions = {}): string[] {
  return operations.flatMap(({ operation, id, kind, from, to, changes }) => [
    safe(`${options.done ? `${operation}d` : operation} ${id} (${kind})`),
    ...options.whole ? wholeLines("-", from) : [],
    ...options.whole ? wholeLines("+", to) : [],
    ...changes?.flatMap(changeLines) ?? [],
  ]);
}

function wholeLines(sign: string, data: Value | undefined): string[] {
  if (data === undefined) return [];
  const { spec } = specFromMap(data);
  const lines = spec === undefined ? [inline(data)] : stringifySpecs([spec]).trimEnd().split("\n");
  return lines.map((line) => safe(`  ${sign} ${line}`));
}

function changeLines({ path, from, to }: FieldChange): string[] {
  if (typeof from === "string" && typeof to === "string" && /\n./.test(from + to)) {
    return [`  ${safe(path)}:`, ...textLines(from, to)];
  }
  if (from === undefined) return [safe(`  ${path}: added ${inline(to!)}`)];
  if (to === undefined) return [safe(`  ${path}: removed ${inline(from)}`)];
  return [safe(`  ${path}: ${inline(from)} -> ${inline(to)}`)];
}

function textLines(from: string, to: string): string[] {
  const lines = withContext(diffLines(from.split("\n"), to.split("\n")), CONTEXT);
  // a final newline leaves an empty last line
  if (lines.at(-1)?.sign === " " && lines.at(-1)?.line === "") lines.pop();
  return lines.map((line) => line === undefined ? "      ..." : safe(`    ${line.sign} ${line.line}`.trimEnd()));
}

function inline(value: Value): string {
  return JSON.stringify(value);
}

/** Escapes control characters except tabs. */
function safe(line: string): string {
  return line.split("\t").map(printable).join("\t");
}
