const SPACE = /[ \t\n\r]*/y;
const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** The start of a word or a number that does not continue correctly. */
const BEGUN = /t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|-|/y;
// deno-lint-ignore no-control-regex -- JSON strings may not contain control characters
const STRING = /"(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/y;

/**
 * Finds the error in invalid JSON. The error of `JSON.parse` states the position only sometimes.
 *
 * @param text Invalid JSON.
 * @returns The offset of the first unexpected character, the length of the text if it ends too early.
 */
export function jsonErrorOffset(text: string): number {
  const open: string[] = [];
  let at = 0;
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  const string = (): boolean => skip(STRING) && text[at] === '"' && ++at > 0;
  /** Reads the key of a field and its colon. */
  const key = (): boolean => {
    skip(SPACE);
    if (!string()) return false;
    skip(SPACE);
    return text[at] === ":" && ++at > 0;
  };

  for (;;) {
    skip(SPACE);
    const opening = text[at];
    if (opening === "{" || opening === "[") {
      at++;
      open.push(opening === "{" ? "}" : "]");
      skip(SPACE);
      if (text[at] !== open.at(-1)) {
        if (opening === "{" && !key()) return at;
        continue;
      }
    } else if (!string() && (opening === '"' || !skip(LITERAL))) {
      if (opening !== '"') skip(BEGUN);
      return at;
    }
    // After a value, close the lists and maps that end here, or continue with the next item.
    for (;;) {
      skip(SPACE);
      if (open.length === 0 || (text[at] !== open.at(-1) && text[at] !== ",")) return at;
      if (text[at++] === ",") break;
      open.pop();
    }
    if (open.at(-1) === "}" && !key()) return at;
  }
}
