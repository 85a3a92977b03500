/** The offsets at which the lines of a text begin. Lines end with LF, CR LF or CR. */
export class LineMap {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    const starts = this.#starts;
    if (!text.includes("\r")) {
      for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
      return;
    }
    for (const end of text.matchAll(/\r\n?|\n/g)) starts.push(end.index + end[0].length);
  }

  /** Returns the start of the line that contains an offset. */
  lineStart(offset: number): number {
    return this.#starts[this.#line(offset)]!;
  }

  /** Returns the line and column of an offset, both from 1, columns in UTF-16 units. */
  locate(offset: number): { line: number; column: number } {
    const line = this.#line(offset);
    return { line: line + 1, column: offset - this.#starts[line]! + 1 };
  }

  #line(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
