import type { Diagnostic } from "../model/diagnostic.ts";

/** A part of a string with templates. Offsets are in UTF-16 units from the start of the string. */
export type TemplatePart = TemplateText | TemplateExpression;

/** Literal text between templates. */
export interface TemplateText {
  readonly type: "text";
  readonly text: string;
  readonly offset: number;
}

/** An expression between `{{` and `}}`. */
export interface TemplateExpression {
  readonly type: "expression";
  /** A CEL expression over `env`; `.PORT` is expanded to `env.PORT`. */
  readonly expression: string;
  /** Where the expression begins. */
  readonly offset: number;
  /** Offsets in the expression at which `env` was inserted. */
  readonly insertions: readonly number[];
}

const TOKEN = /(?<blank>\/\/[^\n]*|\s+)|(?<word>[A-Za-z_]\w*|\d[\w.]*)|[^]/y;
/** The prefix of a raw string, in which backslashes do not escape. */
const RAW = /^(?:[bB]?[rR]|[rR][bB])$/;

/** Reports whether a string contains a template. */
export function hasTemplate(text: string): boolean {
  return text.includes("{{");
}

/**
 * Splits a string at its templates. A `}}` in a string or map of an expression does not end the template.
 *
 * @returns The parts, or a diagnostic if a template is malformed.
 *
 * @example
 * ```ts
 * import { splitTemplate } from "../mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(splitTemplate("http://{{ .HOST }}/"), {
 *   parts: [
 *     { type: "text", text: "http://", offset: 0 },
 *     { type: "expression", expression: "env.HOST", offset: 10, insertions: [0] },
 *     { type: "text", text: "/", offset: 18 },
 *   ],
 * });
 * ```
 */
export function splitTemplate(text: string): { parts: TemplatePart[]; diagnostic?: Diagnostic } {
  const parts: TemplatePart[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf("{{", at);
    const end = open < 0 ? text.length : open;
    if (end > at) parts.push({ type: "text", text: text.slice(at, end), offset: at });
    if (open < 0) break;
    const read = readExpression(text, open + 2);
    if (typeof read === "string") {
      return {
        parts: [],
        diagnostic: {
          message: read,
          hint: 'write {{ "{{" }} for a literal {{',
          location: { offset: open },
        },
      };
    }
    parts.push(read.part);
    at = read.end;
  }
  return { parts };
}

/** Converts an offset in an expression to an offset in the string. */
export function offsetIn(part: TemplateExpression, offset: number): number {
  const added = part.insertions.filter((at) => at < offset).length;
  return part.offset + Math.max(0, offset - added * "env".length);
}

function readExpression(text: string, start: number): { part: TemplateExpression; end: number } | string {
  const insertions: number[] = [];
  let expression = "";
  let offset = -1;
  let depth = 0;
  let before = ""; // the last tokens that are not blank
  let last = "";
  for (let at = start, end = start; at < text.length; at = end) {
    TOKEN.lastIndex = at;
    const { 0: token, groups } = TOKEN.exec(text)!;
    end = TOKEN.lastIndex;
    if (token === "}" && depth === 0 && text[end] === "}") {
      if (offset < 0) return "empty template";
      return { part: { type: "expression", expression: expression.trimEnd(), offset, insertions }, end: end + 1 };
    }
    if (groups!.blank !== undefined) {
      if (offset >= 0) expression += token;
      continue;
    }
    if (offset < 0) offset = at;
    if (token === '"' || token === "'") {
      end = endOfText(text, at, RAW.test(last) && text.startsWith(last, at - last.length));
      if (end < 0) return "unclosed string in a template";
    } else if (token === "{") depth++;
    else if (token === "}") depth--;
    else if (token === "." && /[A-Za-z_]/.test(text[end] ?? "") && !endsOperand(last, before)) {
      insertions.push(expression.length);
      expression += "env";
    }
    expression += text.slice(at, end);
    before = last;
    last = token;
  }
  return "unclosed template";
}

/** Returns the end of a string literal in one or three quotes; -1 if it is not closed. */
function endOfText(text: string, start: number, isRaw: boolean): number {
  const character = text[start]!;
  const quote = text.startsWith(character.repeat(3), start) ? character.repeat(3) : character;
  for (let at = start + quote.length; at < text.length; at++) {
    if (text[at] === "\\" && !isRaw) at++;
    else if (text[at] === "\n" && quote.length === 1) return -1;
    else if (text.startsWith(quote, at)) return at + quote.length;
  }
  return -1;
}

/** Reports whether a dot after a token selects a field of what the token ends. */
function endsOperand(token: string, before: string): boolean {
  if (token === "in") return before === ".";
  return /^[\w)\]}"']/.test(token);
}
