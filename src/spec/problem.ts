/** A place in a file. Lines and columns count from 1. */
export interface Position {
  file: string;
  line: number;
  column: number;
}

/** Something wrong with a spec file, said so that it can be mended: where, what, and what would be right. */
export interface Problem {
  position: Position;
  /** What is wrong, with the value that was found. */
  what: string;
  /** What would be right. */
  hint?: string;
  /** A warning does not stop anything. Default `error`. */
  severity?: "error" | "warning";
}

/** `file:line:column: what, what would be right`. */
export function formatProblem({ position, what, hint, severity }: Problem): string {
  const where = `${position.file}:${position.line}:${position.column}`;
  const text = hint === undefined ? what : `${what}; ${hint}`;
  return severity === "warning" ? `${where}: warning: ${text}` : `${where}: ${text}`;
}

/** Problems in the order a reader meets them: by file, line, column. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) =>
    a.position.file < b.position.file
      ? -1
      : a.position.file > b.position.file
      ? 1
      : a.position.line - b.position.line || a.position.column - b.position.column
  );
}
