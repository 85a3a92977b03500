import { formatPosition, printable } from "../../spec/mod.ts";
import type { LogLine } from "../log_line.ts";
import type { Received } from "../workflow_setup.ts";
import type { FileResult, TestFailure, TestResult } from "./results.ts";
import { formatDiagnostic } from "../../spec/mod.ts";
import { summary } from "./show_value.ts";

/** How many packets of the way are shown at the beginning and at the end. */
const MOST_PACKETS = 12;
/** How long the payload of a packet is shown, in characters. */
const LONGEST_PAYLOAD = 100;

/** Returns the lines that tell why a test has failed. */
export function formatFailure({ message, position, diff = [] }: TestFailure): string[] {
  const place = position === undefined ? "" : `${formatPosition(position)}: `;
  return [printable(`${place}${message}`), ...diff.map((line) => `  ${printable(line)}`)];
}

/** Returns the lines that tell what became of a test; none if it has passed. */
export function formatResult({ name, status, failures, way, log }: TestResult): string[] {
  if (status !== "failed") return [];
  return [
    printable(name),
    ...failures.flatMap(formatFailure).map((line) => `  ${line}`),
    ...log.length === 0 ? [] : ["  log:", ...log.map((line) => `    ${formatLine(line)}`)],
    ...way.length === 0 ? [] : ["  way:", ...formatWay(way).map((line) => `    ${line}`)],
  ];
}

/** Returns the lines that tell what became of a file. */
export function formatFile({ file, tests, diagnostics }: FileResult): string[] {
  return [
    printable(file),
    ...diagnostics.map((diagnostic) => `  ${formatDiagnostic(diagnostic)}`),
    ...tests.flatMap(formatResult).map((line) => `  ${line}`),
  ];
}

function formatLine({ level, node, message, position }: LogLine): string {
  return printable(`${level} ${node === undefined ? "" : `${node}: `}${message}${position ? ` at ${position}` : ""}`);
}

function formatWay(way: readonly Received[]): string[] {
  const lines = way.map(({ from, to, payload }) =>
    printable(`${from === undefined ? "" : `${from} > `}${to} ${summary(payload, LONGEST_PAYLOAD)}`)
  );
  if (lines.length <= 2 * MOST_PACKETS + 1) return lines;
  const left = lines.length - 2 * MOST_PACKETS;
  return [...lines.slice(0, MOST_PACKETS), `... ${left} more ...`, ...lines.slice(-MOST_PACKETS)];
}
