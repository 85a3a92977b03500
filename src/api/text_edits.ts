/** A part of a text to replace. */
export interface TextEdit {
  /** The line, from 1. */
  readonly line: number;
  /** The column in UTF-16 units, from 1. */
  readonly column: number;
  /** What stands there; may be empty. If something else does, nothing is replaced. */
  readonly before: string;
  readonly after: string;
}

/** A text with edits made, each within a line. */
export interface EditedText<Edit extends TextEdit> {
  readonly text: string;
  /** The edits that were made. */
  readonly made: readonly Edit[];
  /** Returns the column in the text before the edits of a column in the text after them. */
  columnBefore(line: number, column: number): number;
}

/** Makes edits, in any order. One that overlaps another, or does not find what it replaces, is left out. */
export function editText<Edit extends TextEdit>(
  text: string,
  edits: readonly Edit[],
): EditedText<Edit> {
  const starts = [0, ...Array.from(text.matchAll(/\r\n?|\n/g), (end) => end.index + end[0].length)];
  const placed = edits.map((edit) => {
    const at = (starts[edit.line - 1] ?? text.length) + edit.column - 1;
    // a string in quotes begins at its quote
    const isQuoted = edit.before !== "" && /["']/.test(text.charAt(at)) && !edit.before.startsWith(text.charAt(at));
    return { edit, at: isQuoted ? at + 1 : at };
  }).sort((a, b) => a.at - b.at);
  const made: typeof placed = [];
  let edited = "";
  let end = 0;
  for (const one of placed) {
    const { edit, at } = one;
    if (at < end || (at === end && made.length > 0 && edit.before === "") || !text.startsWith(edit.before, at)) {
      continue;
    }
    edited += text.slice(end, at) + edit.after;
    end = at + edit.before.length;
    made.push(one);
  }
  return {
    text: edited + text.slice(end),
    made: made.map(({ edit }) => edit),
    columnBefore(line, column) {
      let before = column;
      for (const { edit, at } of made) {
        if (edit.line !== line) continue;
        const start = at - starts[line - 1]! + 1;
        const shift = edit.after.length - edit.before.length;
        if (before > start) before = Math.max(start, before - shift);
      }
      return before;
    },
  };
}
