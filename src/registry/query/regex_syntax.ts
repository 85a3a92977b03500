import { RegistryError } from "../errors.ts";

/** A regular expression, taken apart. */
export type Syntax =
  | { readonly type: "one"; readonly matches: (codePoint: number) => boolean }
  | { readonly type: "assertion"; readonly assertion: Assertion }
  | { readonly type: "sequence" | "alternatives"; readonly parts: readonly Syntax[] }
  | { readonly type: "repeat"; readonly part: Syntax; readonly min: number; readonly max: number };

/** Something that holds, or not, between two characters. */
export type Assertion = "start" | "end" | "word end" | "no word end";

/** The longest expression that is taken, in UTF-16 units. */
const MAX_LENGTH = 1000;

/**
 * Takes a regular expression apart: JavaScript's, with the flag `u`, less what cannot be matched in linear time.
 *
 * @throws {RegistryError} `invalid`, if it is none, is longer than 1,000 characters, or has a back reference, a
 * look-around or flags of its own.
 */
export function parseRegex(source: string): Syntax {
  if (source.length > MAX_LENGTH) throw bad(source.slice(0, 20) + "...", `longer than ${MAX_LENGTH} characters`);
  try {
    new RegExp(source, "u");
  } catch (error) {
    throw bad(source, (error as Error).message.replace(/^.*?: (?=[^:]*$)/, ""));
  }
  return new Parser(source).alternatives();
}

/** Relies on the source being well formed. */
class Parser {
  #at = 0;

  constructor(readonly source: string) {}

  alternatives(): Syntax {
    const parts = [this.#sequence()];
    while (this.#skip("|")) parts.push(this.#sequence());
    return parts.length === 1 ? parts[0]! : { type: "alternatives", parts };
  }

  #sequence(): Syntax {
    const parts: Syntax[] = [];
    while (this.#at < this.source.length && !"|)".includes(this.source[this.#at]!)) {
      parts.push(this.#repeated(this.#atom()));
    }
    return { type: "sequence", parts };
  }

  #repeated(part: Syntax): Syntax {
    const found = this.#take(/(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/uy);
    if (found === undefined) return part;
    const [sign, min, comma, max] = found;
    switch (sign![0]) {
      case "*":
        return { type: "repeat", part, min: 0, max: Infinity };
      case "+":
        return { type: "repeat", part, min: 1, max: Infinity };
      case "?":
        return { type: "repeat", part, min: 0, max: 1 };
    }
    return { type: "repeat", part, min: Number(min), max: max ? Number(max) : comma ? Infinity : Number(min) };
  }

  #atom(): Syntax {
    if (this.#skip("^")) return { type: "assertion", assertion: "start" };
    if (this.#skip("$")) return { type: "assertion", assertion: "end" };
    if (this.#skip("\\b")) return { type: "assertion", assertion: "word end" };
    if (this.#skip("\\B")) return { type: "assertion", assertion: "no word end" };
    if (this.#skip("(")) return this.#group();
    const [text] = this.#take(/\[(?:[^\]\\]|\\.)*\]|\\[pP]\{[^}]*\}|\\u\{[^}]*\}/suy) ??
      this.#take(/\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\x..|\\c.|\\.|./suy)!;
    if (/^\\[1-9k]/.test(text!)) throw bad(this.source, "it has a back reference");
    return { type: "one", matches: test(text!) };
  }

  #group(): Syntax {
    if (this.#take(/\?<?[=!]/uy)) throw bad(this.source, "it has a look-around");
    if (!this.#take(/\?:|\?<[^>]*>/uy) && this.source[this.#at] === "?") {
      throw bad(this.source, "it has flags of its own");
    }
    const inside = this.alternatives();
    this.#skip(")");
    return inside;
  }

  #skip(text: string): boolean {
    const found = this.source.startsWith(text, this.#at);
    if (found) this.#at += text.length;
    return found;
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.source) ?? undefined;
    if (found !== undefined) this.#at = pattern.lastIndex;
    return found;
  }
}

/** Whether one character is what an expression for one character means. The engine's own answers, remembered. */
function test(text: string): (codePoint: number) => boolean {
  const known = new Map<number, boolean>();
  const pattern = new RegExp(`^${text}$`, "u");
  return (codePoint) => {
    let answer = known.get(codePoint);
    if (answer === undefined) known.set(codePoint, answer = pattern.test(String.fromCodePoint(codePoint)));
    return answer;
  };
}

/** Whether a character, if there is one, is of a word: `\w`. */
export function isWord(codePoint: number | undefined): boolean {
  return codePoint !== undefined && /^\w$/.test(String.fromCodePoint(codePoint));
}

function bad(source: string, why: string): RegistryError {
  return new RegistryError("invalid", `the regular expression ${source} cannot be used: ${why}`);
}
