import { diffLines, withContext } from "../../value/mod.ts";

/** How many lines around a difference are shown. */
const CONTEXT = 2;

/** Returns what differs between two texts, a line each, with `-` before what is expected and `+` before what is there. */
export function diffOf(expected: string, actual: string): string[] {
  return withContext(diffLines(expected.split("\n"), actual.split("\n")), CONTEXT)
    .map((line) => line === undefined ? "  ..." : `${line.sign} ${line.line}`);
}
