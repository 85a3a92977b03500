const SPACE = /[ \t\n\r]*/y;
const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** How a word or a number begins that does not go on as it should. */
const BEGUN = /t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|-|/y;
// deno-lint-ignore no-control-regex -- what JSON forbids in a text
const STRING = /"(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/y;

/**
 * Where a text stops being JSON, which the engine's own parser says only now and then.
 *
 * @param text Not JSON.
 * @returns The offset of the first character that cannot stand where it stands; the length of the text if it ends early.
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
  /** The key of a field and its colon. */
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
    // a value has ended: close what ends here, or go on with the next item
    for (;;) {
      skip(SPACE);
      if (open.length === 0 || (text[at] !== open.at(-1) && text[at] !== ",")) return at;
      if (text[at++] === ",") break;
      open.pop();
    }
    if (open.at(-1) === "}" && !key()) return at;
  }
}
