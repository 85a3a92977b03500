const SPACE = /[ \t\n\r]*/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** The beginning of a literal or number that does not go on as it should. */
const INCOMPLETE = /t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?|-|/y;
const LONGEST = 60;
const WORD = /[\w.+-]+|[^]/y;
// deno-lint-ignore no-control-regex -- JSON forbids control characters in strings
const STRING = /"(?:[^"\\\0-\x1f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/y;

/** Why a string is not JSON. */
export interface JsonSyntaxError {
  /** UTF-16 offset of the first character that cannot stand there; the length of the text if it ends too early. */
  offset: number;
  /** Offset of the word or number that this character belongs to. */
  wordOffset: number;
  /** What is wrong: `unexpected "x"`, `unexpected end`. */
  message: string;
  /** What JSON allows instead, where that is one thing: `a value`. */
  expected?: string;
}

/**
 * Finds the first syntax error of a string that is to be JSON. V8's own message often tells no position.
 *
 * @param depth How many levels may be nested. Default no limit.
 * @returns Undefined for valid JSON.
 */
export function findJsonError(text: string, depth = Infinity): JsonSyntaxError | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return new JsonScanner(text, depth).scan();
  }
}

/** Reads JSON up to its first error, without recursion. The methods return whether they have read what they look for. */
class JsonScanner {
  readonly #text: string;
  readonly #depth: number;
  readonly #open: ("}" | "]")[] = [];
  #at = 0;
  #error: JsonSyntaxError | undefined;

  constructor(text: string, depth: number) {
    this.#text = text;
    this.#depth = depth;
  }

  scan(): JsonSyntaxError | undefined {
    while (this.#value() && this.#next()) {
      // each round reads one scalar or opening bracket
    }
    return this.#error;
  }

  /** Reads a value; of a list or map that is not empty only what comes before its first scalar. */
  #value(): boolean {
    for (;;) {
      if (this.#open.length >= this.#depth) return this.#fail(`nested deeper than ${this.#depth} levels`);
      this.#match(SPACE);
      const end = this.#take("{") ? "}" : this.#take("[") ? "]" : undefined;
      if (end === undefined) return this.#text[this.#at] === '"' ? this.#string() : this.#scalar();
      this.#match(SPACE);
      if (this.#take(end)) return true;
      this.#open.push(end);
      if (end === "}" && !this.#key()) return false;
    }
  }

  /** Closes what ends after a value and goes on to the next value; false at the end of the text. */
  #next(): boolean {
    for (;;) {
      this.#match(SPACE);
      const end = this.#open.at(-1);
      if (end === undefined) return this.#at < this.#text.length && this.#unexpected("nothing more");
      if (this.#take(",")) return end === "]" || this.#key();
      if (!this.#take(end)) return this.#unexpected(`a comma or ${end}`);
      this.#open.pop();
    }
  }

  #scalar(): boolean {
    const start = this.#at;
    if (!this.#match(SCALAR)) this.#match(INCOMPLETE);
    else if (!/[\w.+-]/.test(this.#text[this.#at] ?? "")) return true;
    return this.#unexpected("a value", start);
  }

  /** Reads a key and its colon. */
  #key(): boolean {
    this.#match(SPACE);
    if (this.#text[this.#at] !== '"') return this.#unexpected("a key in double quotes");
    if (!this.#string()) return false;
    this.#match(SPACE);
    return this.#take(":") || this.#unexpected("a colon");
  }

  #string(): boolean {
    this.#match(STRING);
    if (this.#take('"')) return true;
    const character = this.#text[this.#at];
    if (character === undefined) return this.#fail("unterminated string");
    if (character === "\\") return this.#fail("invalid escape in a string");
    return this.#fail(`unescaped ${JSON.stringify(character)} in a string`);
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #unexpected(expected: string, wordOffset = this.#at): false {
    WORD.lastIndex = wordOffset;
    const word = WORD.exec(this.#text)?.[0].slice(0, LONGEST);
    return this.#fail(
      word === undefined ? "unexpected end" : `unexpected ${JSON.stringify(word)}`,
      expected,
      wordOffset,
    );
  }

  #fail(message: string, expected?: string, wordOffset = this.#at): false {
    this.#error = { offset: this.#at, wordOffset, message, ...expected !== undefined && { expected } };
    return false;
  }
}
