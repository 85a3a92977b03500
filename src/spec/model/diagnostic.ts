import { printable } from "./show.ts";
import type { Path } from "./spec.ts";

/** A place in a file. Lines and columns count from 1, columns in UTF-16 units. */
export interface Position {
  /** The path of the file. */
  file: string;
  /** The line. */
  line: number;
  /** The column. */
  column: number;
}

/** Where a diagnostic applies, as far as its maker knows. `report` turns a path and an offset into a position. */
export interface Location {
  /** The place in a file. */
  position?: Position;
  /** The name, id or kind of the spec; stands in for the position of a spec that came from no file. */
  spec?: string;
  /** The field, from the root of the spec: `["routes", 0, "path"]`. */
  path?: Path;
  /** Whether the key at the end of `path` is meant rather than its value. Default false. */
  key?: boolean;
  /** UTF-16 units from the start of the string at `path`, or of the whole text if there is no path. */
  offset?: number;
}

/** Something wrong with a spec, a file or code. */
export interface Diagnostic {
  /** What is wrong, with the value that was found. */
  message: string;
  /** How to fix it. */
  hint?: string;
  /** A warning stops nothing. Default `error`. */
  severity?: "error" | "warning";
  /** Where it is. */
  location?: Location;
  /** A stable identifier of this sort of diagnostic, for programs. */
  code?: string;
}

/** Reports whether any diagnostic is an error rather than a warning. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity !== "warning");
}

/** Returns the path of the field that a diagnostic is about; empty for the whole spec. */
export function pathOf({ location }: Diagnostic): Path {
  return location?.path ?? [];
}

/** Returns a diagnostic about a value as one about what holds the value, at `path`. */
export function prefixPath(path: Path, diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, location: { ...diagnostic.location, path: [...path, ...pathOf(diagnostic)] } };
}

/** Formats a diagnostic as one line, `file:line:column: message; hint`, with control characters escaped. */
export function formatDiagnostic({ location, message, hint, severity }: Diagnostic): string {
  const where = location?.position === undefined ? location?.spec ?? "spec" : formatPosition(location.position);
  const text = hint === undefined ? message : `${message}; ${hint}`;
  return printable(severity === "warning" ? `${where}: warning: ${text}` : `${where}: ${text}`);
}

/** Formats a position as `file:line:column`. */
export function formatPosition({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}

/** Returns diagnostics by file, line and column without duplicates; those without a position come last. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const sorted = diagnostics.toSorted((a, b) => comparePositions(a.location?.position, b.location?.position));
  const seen = new Set<string>();
  return sorted.filter((diagnostic) => {
    const line = formatDiagnostic(diagnostic);
    return !seen.has(line) && seen.add(line);
  });
}

function comparePositions(a: Position | undefined, b: Position | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 1 : 0) - (b === undefined ? 1 : 0);
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
