import { failure } from "../value/mod.ts";
import type { Dialect } from "./database.ts";

/** A statement with its parameters by position. */
export interface StatementText {
  /** The text as the database takes it: `$1` for PostgreSQL, `?1` for SQLite. */
  readonly text: string;
  /** The names of the parameters in their order, if they have names. */
  readonly names: readonly string[] | undefined;
  /** How many parameters there are. */
  readonly count: number;
  /** The words that it begins with, in upper case: `SELECT`, `CREATE TABLE`. */
  readonly head: string;
  /** Whether something follows a semicolon: a second statement, or the body of a trigger or function. */
  readonly continues: boolean;
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*(?:\.(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+))*/y;
const DIGITS = /[0-9]+/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
const WORD = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y;

/**
 * Finds the parameters of a statement: `$1` by position, `:name` or `:name.of.part` by name; for SQLite also `?`, `?1` and
 * `@name`. What stands in strings, quoted names and comments is none.
 *
 * @throws {Failure} `invalid` if it has both kinds, or a string or comment has no end.
 */
export function readStatement(text: string, dialect: Dialect): StatementText {
  return new StatementReader(text, dialect).read();
}

/**
 * Returns the first words of each statement of a text, in upper case.
 *
 * @throws {Failure} `invalid` if a string or a comment has no end.
 */
export function statementHeads(text: string, dialect: Dialect): string[] {
  return new StatementReader(text, dialect).heads();
}

class StatementReader {
  readonly #text: string;
  readonly #isPostgres: boolean;
  readonly #parts: string[] = [];
  readonly #names: string[] = [];
  /** The first words of each statement. */
  readonly #heads: string[][] = [[]];
  /** The end of what was copied. */
  #copied = 0;
  #at = 0;
  #highest = 0;
  #hasPositions = false;
  #hasEnded = false;
  #continues = false;

  constructor(text: string, dialect: Dialect) {
    this.#text = text;
    this.#isPostgres = dialect === "postgres";
  }

  heads(): string[] {
    this.#scan();
    return this.#heads.map((words) => words.join(" ").toUpperCase()).filter((head) => head !== "");
  }

  read(): StatementText {
    this.#scan();
    this.#parts.push(this.#text.slice(this.#copied));
    const hasNames = this.#names.length > 0;
    if (hasNames && this.#hasPositions) throw invalid("parameters have either names or positions, not both");
    return {
      text: this.#parts.join(""),
      names: hasNames ? this.#names : undefined,
      count: hasNames ? this.#names.length : this.#highest,
      head: this.#heads[0]!.join(" ").toUpperCase(),
      continues: this.#continues,
    };
  }

  #scan(): void {
    while (this.#at < this.#text.length) this.#step(this.#text[this.#at]!);
  }

  #step(char: string): void {
    const next = this.#text[this.#at + 1];
    if (this.#hasEnded && !/[\s;]/.test(char) && !(char === "-" && next === "-") && !(char === "/" && next === "*")) {
      this.#continues = true;
    }
    switch (char) {
      case ";":
        this.#hasEnded = true;
        this.#heads.push([]);
        return this.#skip(1);
      case "'":
        return this.#quoted("'", false);
      case '"':
        return this.#quoted('"', false);
      case "`":
        return this.#isPostgres ? this.#skip(1) : this.#quoted("`", false);
      case "[":
        return this.#isPostgres ? this.#skip(1) : this.#until("]", "quoted name");
      case "-":
        return next === "-" ? this.#line() : this.#skip(1);
      case "/":
        return next === "*" ? this.#comment() : this.#skip(1);
      case ":":
        return this.#colon(next);
      case "$":
        return this.#dollar();
      case "@":
        if (this.#isPostgres || !this.#named()) this.#skip(1);
        return;
      case "?":
        return this.#isPostgres ? this.#skip(1) : this.#question();
      default:
        return this.#word(char, next);
    }
  }

  #skip(count: number): void {
    this.#at += count;
  }

  #match(pattern: RegExp, at = this.#at): string | undefined {
    pattern.lastIndex = at;
    return pattern.exec(this.#text)?.[0];
  }

  /** Passes a quoted text, in which the quote is written twice, or behind a backslash. */
  #quoted(quote: string, escapes: boolean): void {
    const text = this.#text;
    for (let at = this.#at + 1; at < text.length; at++) {
      if (escapes && text[at] === "\\") at++;
      else if (text[at] === quote) {
        if (text[at + 1] === quote) at++;
        else {
          this.#at = at + 1;
          return;
        }
      }
    }
    throw invalid(`a ${quote === "'" ? "string" : "quoted name"} that begins with ${quote} has no end`);
  }

  #until(end: string, what: string): void {
    const at = this.#text.indexOf(end, this.#at + 1);
    if (at < 0) throw invalid(`a ${what} has no end`);
    this.#at = at + end.length;
  }

  #line(): void {
    const end = this.#text.indexOf("\n", this.#at);
    this.#at = end < 0 ? this.#text.length : end + 1;
  }

  #comment(): void {
    const text = this.#text;
    let depth = 1;
    let at = this.#at + 2;
    for (; at < text.length && depth > 0; at++) {
      if (text.startsWith("*/", at)) depth--, at++;
      else if (this.#isPostgres && text.startsWith("/*", at)) depth++, at++;
    }
    // SQLite ends a comment with the text
    if (depth > 0 && this.#isPostgres) throw invalid("a comment has no end");
    this.#at = at;
  }

  #colon(next: string | undefined): void {
    if (next === ":") return this.#skip(2); // a cast
    if (next === "=") return this.#skip(2); // an argument by name
    if (!this.#named()) this.#skip(1);
  }

  #named(): boolean {
    const name = this.#match(NAME, this.#at + 1);
    if (name === undefined) return false;
    let position = this.#names.indexOf(name) + 1;
    if (position === 0) position = this.#names.push(name);
    this.#replace(1 + name.length, position);
    return true;
  }

  #dollar(): void {
    const digits = this.#match(DIGITS, this.#at + 1);
    if (digits !== undefined) return this.#positional(1 + digits.length, Number(digits));
    if (!this.#isPostgres) return this.#named() ? undefined : this.#skip(1);
    const tag = this.#match(DOLLAR_TAG);
    if (tag === undefined) return this.#skip(1);
    const end = this.#text.indexOf(tag, this.#at + tag.length);
    if (end < 0) throw invalid(`a string that begins with ${tag} has no end`);
    this.#at = end + tag.length;
  }

  #question(): void {
    const digits = this.#match(DIGITS, this.#at + 1);
    if (digits === undefined) this.#positional(1, this.#highest + 1);
    else this.#positional(1 + digits.length, Number(digits));
  }

  #positional(length: number, position: number): void {
    if (position < 1 || position > 32_766) throw invalid(`invalid parameter $${position}: expected $1 to $32766`);
    this.#hasPositions = true;
    this.#highest = Math.max(this.#highest, position);
    this.#replace(length, position);
  }

  #replace(length: number, position: number): void {
    this.#parts.push(this.#text.slice(this.#copied, this.#at), `${this.#isPostgres ? "$" : "?"}${position}`);
    this.#at += length;
    this.#copied = this.#at;
  }

  #word(char: string, next: string | undefined): void {
    if (this.#isPostgres && next === "'" && (char === "E" || char === "e")) {
      this.#at++;
      return this.#quoted("'", true);
    }
    const word = this.#match(WORD);
    if (word === undefined) {
      const number = this.#match(DIGITS);
      return this.#skip(number?.length ?? 1);
    }
    const head = this.#heads.at(-1)!;
    if (head.length < 2) head.push(word);
    this.#skip(word.length);
  }
}

function invalid(message: string): Error {
  return failure(`invalid SQL: ${message}`, { code: "invalid" });
}
