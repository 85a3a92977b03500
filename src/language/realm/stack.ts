/** The file name of a snippet's code in stack frames. */
export const SNIPPET = "snippet";

const FRAME = new RegExp(`\\b${SNIPPET}:(\\d+):(\\d+)`);

/** Returns the frames of a stack that lie in the snippet, without those of the realm's code and of the engine. */
export function framesOf(stack: string): string[] {
  return stack.split("\n").filter((line) => /^ {4}at /.test(line) && FRAME.test(line));
}

/** Returns the location of the innermost frame in the snippet, line and column from 1; undefined if there is none. */
export function locationIn(stack: string | undefined): { line: number; column: number } | undefined {
  const match = FRAME.exec(framesOf(stack ?? "")[0] ?? "");
  return match === null ? undefined : { line: Number(match[1]), column: Number(match[2]) };
}
