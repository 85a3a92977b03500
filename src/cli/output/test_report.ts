import { formatPosition } from "../../spec/mod.ts";
import { type CoveredLink, type FileResult, formatFile } from "../../testing/flow/mod.ts";
import { count } from "./output.ts";

/** What all files together have come to. */
export interface TestTotals {
  readonly tests: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Files that could not be run. */
  readonly broken: number;
}

/** Adds up the results of files. */
export function totalsOf(files: readonly FileResult[]): TestTotals {
  const tests = files.flatMap(({ tests }) => tests);
  const of = (status: string) => tests.filter((test) => test.status === status).length;
  return {
    tests: tests.length,
    passed: of("passed"),
    failed: of("failed"),
    skipped: of("skipped"),
    broken: files.filter(({ diagnostics }) => diagnostics.length > 0).length,
  };
}

/** Returns the lines about a file: one, and what has failed. */
export function fileLines(result: FileResult): string[] {
  const { file, tests, diagnostics } = result;
  if (diagnostics.length > 0) return [`FAILED   ${file}`, ...formatFile(result).slice(1)];
  const { failed } = totalsOf([result]);
  const time = `${Math.round(tests.reduce((sum, { duration }) => sum + duration, 0))} ms`;
  const skipped = tests.flatMap(({ name, reason, status }) =>
    status === "skipped" ? [`  skipped: ${name}: ${reason}`] : []
  );
  if (failed === 0) return [`ok       ${file} (${count(tests.length, "test")}, ${time})`, ...skipped];
  return [
    `FAILED   ${file} (${failed} of ${count(tests.length, "test")}, ${time})`,
    ...formatFile(result).slice(1),
    ...skipped,
  ];
}

/** Returns the last line: `3 tests: 2 passed, 1 failed (41 ms)`. */
export function totalLine({ tests, passed, failed, skipped, broken }: TestTotals, ms: number): string {
  const parts = [
    `${passed} passed`,
    ...failed > 0 ? [`${failed} failed`] : [],
    ...skipped > 0 ? [`${skipped} skipped`] : [],
    ...broken > 0 ? [`${count(broken, "file")} could not be run`] : [],
  ];
  return `${count(tests, "test")}: ${parts.join(", ")} (${Math.round(ms)} ms)`;
}

/** Returns the lines about links that no test has taken. */
export function coverageLines(links: readonly CoveredLink[]): string[] {
  const taken = links.filter(({ isTaken }) => isTaken).length;
  const share = links.length === 0 ? 100 : Math.floor(1_000 * taken / links.length) / 10;
  return [
    `coverage ${share}%: ${taken} of ${count(links.length, "link")} taken`,
    ...links.filter(({ isTaken }) => !isTaken).map(({ position, from, to }) =>
      `  ${position === undefined ? "" : `${formatPosition(position)}: `}${from} > ${to} is never taken`
    ),
  ];
}

/** Returns the coverage as data. */
export function coverageData(links: readonly CoveredLink[]) {
  return links.map(({ position, from, to, isTaken }) => ({ ...position, from, to, taken: isTaken }));
}

/** Returns the result of a file as data. */
export function fileData({ file, tests, diagnostics }: FileResult) {
  return {
    file,
    errors: diagnostics.map(({ location, message, hint }) => ({
      ...location?.position,
      message,
      ...hint !== undefined && { hint },
    })),
    tests: tests.map(({ name, position: { line, column }, status, reason, duration, failures, way }) => ({
      name,
      line,
      column,
      status,
      ...reason !== undefined && { reason },
      duration: Math.round(duration * 10) / 10,
      failures: failures.map(({ message, position, diff }) => ({
        ...position,
        message,
        ...diff !== undefined && { diff },
      })),
      ...status === "failed" && { way: way.map(({ from, to }) => from === undefined ? to : `${from} > ${to}`) },
    })),
  };
}
