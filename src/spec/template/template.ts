import type { Diagnostic } from "../model/diagnostic.ts";

/** A part of a text with templates. Offsets are in UTF-16 units from the start of the text. */
export type TemplatePart = TemplateText | TemplateExpression;

/** What stands between templates, as it is. */
export interface TemplateText {
  readonly type: "text";
  readonly text: string;
  readonly offset: number;
}

/** What stands between `{{` and `}}`. */
export interface TemplateExpression {
  readonly type: "expression";
  /** A CEL expression over `env`: what was written, with `.PORT` read as `env.PORT`. */
  readonly expression: string;
  /** Where it begins. */
  readonly offset: number;
  /** Offsets in the expression at which `env` was put in. */
  readonly insertions: readonly number[];
}

const TOKEN = /(?<blank>\/\/[^\n]*|\s+)|(?<word>[A-Za-z_]\w*|\d[\w.]*)|[^]/y;
/** What stands before the quote of a text in which nothing is escaped. */
const RAW = /^(?:[bB]?[rR]|[rR][bB])$/;

/** Whether a text has templates in it. */
export function hasTemplate(text: string): boolean {
  return text.includes("{{");
}

/**
 * Cuts a text at its templates. A `}}` inside a text or a map of the expression does not end it.
 *
 * @returns The parts, or what is wrong with the text.
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
          hint: 'a {{ that is meant as such is written {{ "{{" }}',
          location: { offset: open },
        },
      };
    }
    parts.push(read.part);
    at = read.end;
  }
  return { parts };
}

/** The offset in the text of an offset in one of its expressions. */
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
      if (offset < 0) return "a template is empty";
      return { part: { type: "expression", expression: expression.trimEnd(), offset, insertions }, end: end + 1 };
    }
    if (groups!.blank !== undefined) {
      if (offset >= 0) expression += token;
      continue;
    }
    if (offset < 0) offset = at;
    if (token === '"' || token === "'") {
      end = endOfText(text, at, RAW.test(last) && text.startsWith(last, at - last.length));
      if (end < 0) return "a text in a template is not closed";
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
  return "a template is not closed";
}

/** Past the text that begins at a quote, one or three of them; -1 if it does not end. */
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

/** Whether a token is the end of something that a dot after it takes a field of. */
function endsOperand(token: string, before: string): boolean {
  if (token === "in") return before === ".";
  return /^[\w)\]}"']/.test(token);
}
