/** What the source text of a snippet is called in the frames of a stack. */
export const SNIPPET = "snippet";

const FRAME = new RegExp(`\\b${SNIPPET}:(\\d+):(\\d+)`);

/** The lines of a stack that stand in the snippet. The others lie in the realm's code and the engine's. */
export function framesOf(stack: string): string[] {
  return stack.split("\n")
    .filter((line) => /^ {4}at /.test(line) && FRAME.test(line))
    .map((line) => line.replace(/ (async )?\$\w*\.d \(/, " $1default (")); // what `module_source.ts` made of the export
}

/** Where in the snippet an error arose, line and column from 1; undefined if it did not arise there. */
export function placeIn(stack: string | undefined): { line: number; column: number } | undefined {
  const [frame] = framesOf(stack ?? "");
  const found = frame === undefined ? null : FRAME.exec(frame);
  return found === null ? undefined : { line: Number(found[1]), column: Number(found[2]) };
}
