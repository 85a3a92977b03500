import { SCALAR_STYLE, type ScalarEvent } from "js-yaml";
import type { LineMap } from "./line_map.ts";

/** What may precede the colon of an empty key. */
const BEFORE_EMPTY_KEY = /(?:[\s,{?-]+|#[^\r\n]*)*/y;

/** Reports whether a scalar is quoted. */
export function isQuoted({ style }: ScalarEvent): boolean {
  return style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;
}

/**
 * Returns the offset of a scalar's first character, quotes and block headers included.
 *
 * @param scalar A scalar that is not empty.
 * @param after The end of what was read before it.
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

/** Returns the offset of the colon of an empty key. @param after The end of what was read before it. */
export function emptyKeyStart(text: string, after: number): number {
  BEFORE_EMPTY_KEY.lastIndex = after;
  return after + BEFORE_EMPTY_KEY.exec(text)![0].length;
}
