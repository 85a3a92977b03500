/** Limits for JSON text, which are checked before it is parsed. */
export interface JsonLimits {
  /** Maximum levels of nesting. */
  depth: number;
  /** Maximum number of values, including each item and field. */
  nodes: number;
}

/**
 * Checks how much a text would be once parsed, without parsing it: a megabyte of brackets takes a hundred as lists.
 *
 * @param text Need not be valid JSON.
 * @throws {Error} If it exceeds a limit.
 */
export function checkJsonSize(text: string, { depth, nodes }: JsonLimits): void {
  let level = 0;
  let count = 1;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++level > depth) throw new Error(`JSON is nested deeper than ${depth}`);
        count++;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        level--;
        break;
      case 0x2c: // ,
        count++;
        break;
    }
    if (count > nodes) throw new Error(`JSON has more than ${nodes} values`);
  }
}

/** Returns the offset of the quote that ends a string, or of the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === 0x5c) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}
