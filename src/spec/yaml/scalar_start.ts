import { SCALAR_STYLE, type ScalarEvent } from "js-yaml";
import type { LineMap } from "./line_map.ts";

/** What may stand between a value and the colon of a key that is empty. */
const BEFORE_EMPTY_KEY = /(?:[\s,{?-]+|#[^\r\n]*)*/y;

/** Whether a scalar stands in quotes of either kind. */
export function isQuoted({ style }: ScalarEvent): boolean {
  return style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;
}

/**
 * The offset of a scalar's first character: of the quote or the block's header, if it has one.
 *
 * @param scalar One that has text.
 * @param after Past what was read before it.
 */
export function scalarStart(text: string, lines: LineMap, scalar: ScalarEvent, after: number): number {
  const { valueStart, style, anchorEnd, tagEnd } = scalar;
  if (style === SCALAR_STYLE.PLAIN) return valueStart;
  if (isQuoted(scalar)) return valueStart - 1;
  // the header ends the line before the text, or the last line of the file
  let end = valueStart;
  if (text[end - 1] === "\n") end--;
  if (text[end - 1] === "\r") end--;
  const from = Math.max(lines.lineStart(end), after, anchorEnd, tagEnd);
  return text.indexOf(style === SCALAR_STYLE.LITERAL_BLOCK ? "|" : ">", from);
}

/** The offset of the colon that has no key before it. @param after Past what was read before it. */
export function emptyKeyStart(text: string, after: number): number {
  BEFORE_EMPTY_KEY.lastIndex = after;
  return after + BEFORE_EMPTY_KEY.exec(text)![0].length;
}
