import type { Lexer, Library } from "./library.ts";

/** Types of the library's tokens. */
const IDENTIFIER = 5;
const NUMBER = 1;
const DOT = 27;
const BYTES = 31;

const encoder = new TextEncoder();

/** Adds to a parser what its lexer lacks: fields in backticks, raw bytes, bytes of all characters, and `.5`. */
export function extendLexer({ parser }: Library): void {
  const Base = parser.lexer.constructor as new () => Lexer;

  parser.lexer = new (class extends Base {
    override nextToken(): Lexer {
      const wasDot = this.tokenType === DOT;
      this.#skipSpace();
      const { input, pos } = this;
      const character = input[pos];
      if (character === "`" && wasDot) return this.#readField();
      if (character === "." && /^\d$/.test(input[pos + 1] ?? "")) return this.#readFraction();
      if (/^(?:[bB][rR]|[rR][bB])["']/.test(input.slice(pos, pos + 3))) return this.#readRawBytes();
      return super.nextToken();
    }

    override readString(quote: string, prefix?: string): Lexer {
      if (prefix !== "b" && prefix !== "B") return super.readString(quote, prefix);
      const start = this.pos;
      const token = super.readString(quote, prefix);
      const source = this.input.slice(start, this.pos);
      // The library takes the lower 8 bits of each character. Escapes below 0x100 are bytes, characters are UTF-8.
      // deno-lint-ignore no-control-regex -- ASCII
      if (/^[\x00-\x7f]*$/.test(source)) return token;
      return this.token(token.tokenPos, BYTES, this.#bytesOf(quote, start));
    }

    /** Reads a string literal again, each character outside ASCII written as escapes of its bytes. */
    #bytesOf(quote: string, start: number): unknown {
      const { input, pos, tokenPos } = this;
      // deno-lint-ignore no-control-regex -- ASCII
      this.input = input.slice(start, pos).replace(/[^\x00-\x7f]+/g, (part) => {
        return encoder.encode(part).reduce((escapes, byte) => `${escapes}\\x${byte.toString(16)}`, "");
      });
      this.pos = 0;
      (this as unknown as { length: number }).length = this.input.length;
      const { tokenValue } = super.readString(quote, "b");
      this.input = input;
      this.pos = pos;
      this.tokenPos = tokenPos;
      (this as unknown as { length: number }).length = input.length;
      return tokenValue;
    }

    #skipSpace(): void {
      const { input } = this;
      for (;;) {
        const character = input[this.pos];
        if (character === " " || character === "\t" || character === "\n" || character === "\r" || character === "\f") {
          this.pos++;
        } else if (character === "/" && input[this.pos + 1] === "/") {
          const end = input.indexOf("\n", this.pos);
          this.pos = end < 0 ? input.length : end;
        } else return;
      }
    }

    #readField(): Lexer {
      const { pos } = this;
      const [whole, name] = /^`([\w.\-/ ]+)`/.exec(this.input.slice(pos)) ?? [];
      if (whole === undefined) return super.nextToken();
      this.pos += whole.length;
      return this.token(pos, IDENTIFIER, name);
    }

    #readFraction(): Lexer {
      const { pos } = this;
      const [whole] = /^\.\d+(?:[eE][+-]?\d+)?/.exec(this.input.slice(pos))!;
      this.pos += whole.length;
      return this.token(pos, NUMBER, Number(whole));
    }

    #readRawBytes(): Lexer {
      const { pos } = this;
      this.pos += 2;
      const { tokenValue } = super.readString(this.input[this.pos]!, "r");
      return this.token(pos, BYTES, encoder.encode(String(tokenValue)));
    }
  })();
}
