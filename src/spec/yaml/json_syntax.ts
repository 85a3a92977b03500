import { show } from "../model/show.ts";
import { FILE_LIMITS } from "./file_limits.ts";
import type { Diagnostic } from "../model/diagnostic.ts";

const SCALAR = /(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null)(?![\w.+-])/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORD = /[\w.+-]+|[^]/y;

/** The first place where a text is not JSON; undefined if it is. */
export function jsonDiagnostic(text: string): Diagnostic | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    // its message does not always tell where
    return new JsonScanner(text).diagnostic();
  }
}

/** Reads JSON up to what is wrong with it. Each of its methods answers whether it came through. */
class JsonScanner {
  readonly #text: string;
  #at = 0;
  #diagnostic: Diagnostic | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  diagnostic(): Diagnostic | undefined {
    if (this.#value(1) && this.#at < this.#text.length) this.#refuse("nothing more");
    return this.#diagnostic;
  }

  #value(depth: number): boolean {
    if (depth > FILE_LIMITS.depth) return this.#fail(`nested deeper than ${FILE_LIMITS.depth} levels`);
    this.#skipSpace();
    const read = this.#take("{")
      ? this.#members("}", () => this.#key() && this.#value(depth + 1))
      : this.#take("[")
      ? this.#members("]", () => this.#value(depth + 1))
      : this.#text[this.#at] === '"'
      ? this.#string()
      : this.#match(SCALAR) || this.#refuse("a value");
    this.#skipSpace();
    return read;
  }

  #members(end: "}" | "]", member: () => boolean): boolean {
    this.#skipSpace();
    if (this.#take(end)) return true;
    do {
      if (!member()) return false;
    } while (this.#take(","));
    return this.#take(end) || this.#refuse(`a comma or ${end}`);
  }

  #key(): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== '"') return this.#refuse("a key in double quotes");
    if (!this.#string()) return false;
    this.#skipSpace();
    return this.#take(":") || this.#refuse("a colon");
  }

  #string(): boolean {
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at]!;
      if (this.#take('"')) return true;
      if (character < " ") return this.#fail(`${show(character)} in a text has to be escaped`);
      if (character !== "\\") continue;
      if (!this.#match(ESCAPE)) return this.#fail("a text has an escape in it that JSON does not know");
      this.#at--;
    }
    return this.#fail("a text does not end");
  }

  #skipSpace(): void {
    while (" \t\r\n".includes(this.#text[this.#at] ?? "end")) this.#at++;
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

  #refuse(wanted: string): false {
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.#text)?.[0];
    return this.#fail(word === undefined ? "the text ends here" : `found ${show(word)}`, `${wanted} belongs here`);
  }

  #fail(why: string, hint?: string): false {
    this.#diagnostic = {
      location: { offset: this.#at },
      message: `broken JSON: ${why}`,
      ...hint !== undefined && { hint },
    };
    return false;
  }
}
