/** Where the lines of a text begin. A line ends with LF, CR LF or CR, as YAML has it. */
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

  /** The offset at which the line of an offset begins. */
  lineStart(offset: number): number {
    return this.#starts[this.#line(offset)]!;
  }

  /** Line and column of an offset, in UTF-16 units, both from 1. */
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
