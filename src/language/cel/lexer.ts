import type { Lexer, Library } from "./library.ts";

/** Types of the library's tokens. */
const IDENTIFIER = 5;
const NUMBER = 1;
const DOT = 27;
const BYTES = 31;

/** UTF-16 units. */
const [TAB, LINE_FEED, FORM_FEED, RETURN, SPACE, POINT, SLASH] = [9, 10, 12, 13, 32, 46, 47];
const [UPPER_B, UPPER_R, BACKTICK, LOWER_B, LOWER_R] = [66, 82, 96, 98, 114];

/** What the library's lexer does not read, or not as it should. */
const EXTENDED = /[`\f]|\.\d|[bB][rR]?["']|[rR][bB]["']/;

/** The start of a raw bytes literal. */
const RAW_BYTES = /^(?:[bB][rR]|[rR][bB])["']/;

const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57;

const encoder = new TextEncoder();

/** Adds to a parser what its lexer lacks: fields in backticks, raw bytes, bytes of all characters, and `.5`. */
export function extendLexer({ parser }: Library): void {
  const plain = parser.lexer;
  const Base = plain.constructor as new () => Lexer;
  const { parse } = parser;
  parser.parse = (input) => {
    // The library's own lexer is faster.
    parser.lexer = EXTENDED.test(input) ? extended : plain;
    return parse.call(parser, input);
  };

  const extended = new (class extends Base {
    override nextToken(): Lexer {
      const { input } = this;
      for (;;) {
        const { pos } = this;
        switch (input.charCodeAt(pos)) {
          case SPACE:
          case TAB:
          case LINE_FEED:
          case FORM_FEED:
          case RETURN:
            this.pos++;
            continue;
          case SLASH: {
            if (input.charCodeAt(pos + 1) !== SLASH) return super.nextToken();
            const end = input.indexOf("\n", pos);
            this.pos = end < 0 ? input.length : end;
            continue;
          }
          case POINT:
            return isDigit(input.charCodeAt(pos + 1)) ? this.#readFraction() : super.nextToken();
          case BACKTICK:
            return this.tokenType === DOT ? this.#readField() : super.nextToken();
          case LOWER_B:
          case UPPER_B:
          case LOWER_R:
          case UPPER_R:
            return RAW_BYTES.test(input.slice(pos, pos + 3)) ? this.#readRawBytes() : super.nextToken();
          default:
            return super.nextToken();
        }
      }
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
