import { printable } from "./show.ts";

/** A place in a file. Lines and columns count from 1, columns in UTF-16 units. */
export interface Position {
  file: string;
  line: number;
  column: number;
}

/** Something wrong with a spec, said so that it can be mended: where, what, and what would be right. */
export interface Problem {
  /** Where it stands. Absent for a spec that came from no file. */
  position?: Position;
  /** Which spec is meant, by its name or kind; what stands for the position where there is none. */
  spec?: string;
  /** What is wrong, with the value that was found. */
  what: string;
  /** What would be right. */
  hint?: string;
  /** A warning does not stop anything. Default `error`. */
  severity?: "error" | "warning";
}

/** Whether something is wrong beyond warnings. */
export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity !== "warning");
}

/**
 * One line: `file:line:column: what is wrong; what would be right`. Characters that could act on a terminal are
 * written as escapes.
 */
export function formatProblem({ position, spec, what, hint, severity }: Problem): string {
  const where = position === undefined ? spec ?? "spec" : formatPosition(position);
  const text = hint === undefined ? what : `${what}; ${hint}`;
  return printable(severity === "warning" ? `${where}: warning: ${text}` : `${where}: ${text}`);
}

/** `file:line:column`. */
export function formatPosition({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}

/** Problems in the order a reader meets them, by file, line and column, each once; those without a position last. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const sorted = problems.toSorted((a, b) => comparePositions(a.position, b.position));
  const seen = new Set<string>();
  return sorted.filter((problem) => {
    const line = formatProblem(problem);
    return !seen.has(line) && seen.add(line);
  });
}

function comparePositions(a: Position | undefined, b: Position | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 1 : 0) - (b === undefined ? 1 : 0);
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
