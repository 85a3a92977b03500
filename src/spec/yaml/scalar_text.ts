import { CHOMPING_MODE, SCALAR_STYLE, type ScalarEvent } from "js-yaml";

/**
 * Maps the characters of a scalar's value to the file, as flat pairs of an offset in the value and the offset of that
 * character in the file. Up to the next pair both offsets advance together. A line break maps to the line break in the
 * file that it was made of, an escape to its backslash.
 */
export function scalarSegments(text: string, scalar: ScalarEvent): number[] {
  const { valueStart, valueEnd, style } = scalar;
  if (valueStart < 0) return [0, 0];
  if (scalar.fast) return [0, valueStart];
  const segments = new Segments();
  if (style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK) {
    addBlock(segments, text, scalar);
  } else {
    addFlow(segments, text, valueStart, valueEnd, style);
  }
  return segments.pairs.length === 0 ? [0, valueStart] : segments.pairs;
}

class Segments {
  readonly pairs: number[] = [];
  #length = 0;
  #next = -1;

  /** Maps the next characters of the value to the file from an offset on. */
  add(start: number, count: number): void {
    if (count === 0) return;
    if (start !== this.#next) this.pairs.push(this.#length, start);
    this.#length += count;
    this.#next = start + count;
  }

  /** The last line breaks of a run become that many characters of the value: all but the first, or the only one. */
  addBreaks(breaks: readonly number[], count: number): void {
    for (const at of breaks.slice(breaks.length - count)) this.add(at, 1);
  }
}

function addFlow(segments: Segments, text: string, start: number, end: number, style: number): void {
  let from = start; // of the run that is not added yet
  let solid = start; // past the last character of the run that is no white space
  let at = start;
  while (at < end) {
    const character = text[at];
    if (character === "\n" || character === "\r") {
      segments.add(from, solid - from);
      const fold = skipBreaks(text, at, end);
      segments.addBreaks(fold.breaks, Math.max(1, fold.breaks.length - 1));
      at = from = solid = fold.end;
    } else if (style === SCALAR_STYLE.SINGLE_QUOTED && character === "'") {
      segments.add(from, at + 1 - from);
      at = from = solid = at + 2;
    } else if (style === SCALAR_STYLE.DOUBLE_QUOTED && character === "\\") {
      segments.add(from, at - from);
      at = from = solid = addEscape(segments, text, at, end);
    } else {
      at++;
      if (character !== " " && character !== "\t") solid = at;
    }
  }
  segments.add(from, (style === SCALAR_STYLE.PLAIN ? solid : end) - from);
}

/** Adds the characters of the escape at an offset; returns the offset after it. */
function addEscape(segments: Segments, text: string, at: number, end: number): number {
  const letter = text[at + 1]!;
  if (letter === "\n" || letter === "\r") return skipBreaks(text, at + 1, end).end;
  const digits = letter === "x" ? 2 : letter === "u" ? 4 : letter === "U" ? 8 : 0;
  segments.add(at, 1);
  // a character beyond U+FFFF is two units of the value, which both map to the backslash
  if (digits === 8 && (parseInt(text.slice(at + 2, at + 10), 16) | 0) > 0xffff) segments.add(at, 1);
  return at + 2 + digits;
}

function skipBreaks(text: string, at: number, end: number): { end: number; breaks: number[] } {
  const breaks: number[] = [];
  while (at < end && (text[at] === "\n" || text[at] === "\r" || text[at] === " " || text[at] === "\t")) {
    if (text[at] === "\n" || text[at] === "\r") {
      breaks.push(at);
      if (text[at] === "\r" && text[at + 1] === "\n") at++;
    }
    at++;
  }
  return { end: at, breaks };
}

function addBlock(segments: Segments, text: string, { valueStart, valueEnd, indent, chomping, style }: ScalarEvent) {
  let breaks: number[] = []; // line ends since the last line with content
  let hasContent = false;
  let wasMoreIndented = false;
  for (let at = valueStart; at < valueEnd;) {
    let end = at;
    while (end < valueEnd && text[end] !== "\n" && text[end] !== "\r") end++;
    let column = 0;
    while (column < indent && text[at + column] === " ") column++;
    if (indent >= 0 && at + column < end) {
      const start = at + indent;
      const isMoreIndented = text[start] === " " || text[start] === "\t";
      let count = breaks.length;
      if (style === SCALAR_STYLE.FOLDED_BLOCK && hasContent && !isMoreIndented && !wasMoreIndented) {
        count = Math.max(1, count - 1);
      }
      segments.addBreaks(breaks, count);
      segments.add(start, end - start);
      hasContent = true;
      wasMoreIndented = isMoreIndented;
      breaks = [];
    }
    breaks.push(end);
    at = end + (text[end] === "\r" && text[end + 1] === "\n" ? 2 : 1);
  }
  // a last line break that is alone belongs to the run before it
  if (chomping === CHOMPING_MODE.KEEP) segments.addBreaks(breaks, breaks.length);
}
