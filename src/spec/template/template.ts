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
  /** A CEL expression over `env` and `values`; `.PORT` is expanded to `env.PORT`. */
  readonly expression: string;
  /** Where the expression begins. */
  readonly offset: number;
  /** What the expression has more than the string, by offsets in the expression. */
  readonly insertions: readonly Insertion[];
  /** The values that it reads: `db` of `values.db.user`. */
  readonly values: readonly ValueRead[];
}

/** Text that an expression has more than the string that it comes from. */
export interface Insertion {
  /** Where it begins in the expression. */
  readonly at: number;
  /** How many characters more it is. */
  readonly length: number;
}

/** Where an expression reads a value. */
export interface ValueRead {
  readonly name: string;
  /** Where the name stands in the expression. */
  readonly offset: number;
}

/**
 * What `.name` means in templates: `env.name` in fields, and `self.name` where the template is about the data of one value,
 * in which `name` means the same.
 */
export type Subject = "env" | "self";

const TOKEN = /(?<blank>\/\/[^\n]*|\s+)|(?<word>[A-Za-z_]\w*|\d[\w.]*)|[^]/y;
/** The prefix of a raw string, in which backslashes do not escape. */
const RAW = /^(?:[bB]?[rR]|[rR][bB])$/;

/** Words of CEL that are no names of fields. */
const RESERVED: ReadonlySet<string> = new Set(
  "true false null in env values self int uint double bool string bytes list map type null_type".split(" "),
);
/** Words that begin an action of Go's templates, if something follows that cannot follow a name. */
const ACTION =
  /^(?:if|else|end|range|with|template|define|block|break|continue|and|or|not|eq|ne|lt|le|gt|ge|len|index|slice|print|printf|println|html|js|urlquery|call)(?:\s+(?!in\s)["'`$(\w.]|\s*-?$)/;

/** Reports whether a string contains a template. */
export function hasTemplate(text: string): boolean {
  return text.includes("{{");
}

/**
 * Splits a string at its templates. A `}}` in a string or map of an expression does not end the template.
 *
 * @param subject What `.name` stands for. Default `env`.
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
 *     { type: "expression", expression: "env.HOST", offset: 10, insertions: [{ at: 0, length: 3 }], values: [] },
 *     { type: "text", text: "/", offset: 18 },
 *   ],
 * });
 * ```
 */
export function splitTemplate(
  text: string,
  subject: Subject = "env",
): { parts: TemplatePart[]; diagnostic?: Diagnostic } {
  const parts: TemplatePart[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf("{{", at);
    const end = open < 0 ? text.length : open;
    if (end > at) parts.push({ type: "text", text: text.slice(at, end), offset: at });
    if (open < 0) break;
    const read = readExpression(text, open + 2, subject);
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
    if ("foreign" in read) {
      const example = subject === "env" ? "{{ .NAME }} or {{ values.name.field }}" : "{{ .name }} or {{ .user.name }}";
      return {
        parts: [],
        diagnostic: {
          message: `unsupported template: ${read.foreign} of Go templates`,
          hint: `expected a path such as ${example}, or a CEL expression`,
          location: { offset: read.offset },
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
  const added = part.insertions.reduce((sum, { at, length }) => at < offset ? sum + length : sum, 0);
  return part.offset + Math.max(0, offset - added);
}

/** Something that only Go's templates have, and where it stands. */
interface ForeignSyntax {
  readonly foreign: string;
  readonly offset: number;
}

function readExpression(
  text: string,
  start: number,
  subject: Subject,
): { part: TemplateExpression; end: number } | ForeignSyntax | string {
  const insertions: Insertion[] = [];
  const values: ValueRead[] = [];
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
      expression = expression.trimEnd();
      const action = ACTION.exec(text.slice(offset, at).trimEnd())?.[0].split(/\s/)[0];
      // alone, such a word may be the name of a field
      if (action !== undefined && (subject === "env" || expression !== `self.${action}`)) {
        return { foreign: `"${action}"`, offset };
      }
      if (expression.endsWith("-")) return { foreign: '"-}}"', offset: text.lastIndexOf("-", at) };
      return { part: { type: "expression", expression, offset, insertions, values }, end: end + 1 };
    }
    if (groups!.blank !== undefined) {
      if (offset >= 0) expression += token;
      continue;
    }
    if (offset < 0) offset = at;
    const foreign = foreignSyntax(text, at, token, start, last);
    if (foreign !== undefined) return { foreign, offset: at };
    if (token === '"' || token === "'") {
      end = endOfText(text, at, RAW.test(last) && text.startsWith(last, at - last.length));
      if (end < 0) return "unclosed string in a template";
    } else if (token === "{") depth++;
    else if (token === "}") depth--;
    else if (token === "." && !endsOperand(last, before)) {
      const isWhole = !/[\w.]/.test(text[end] ?? "");
      if (isWhole || /[A-Za-z_]/.test(text[end] ?? "")) {
        insertions.push({ at: expression.length, length: subject.length - (isWhole ? 1 : 0) });
        expression += subject;
      }
      // the dot alone is all of it
      if (isWhole) {
        [before, last] = [last, subject];
        continue;
      }
    } else if (groups!.word !== undefined && last !== "." && isField(token, text, end)) {
      if (subject === "self") {
        insertions.push({ at: expression.length, length: "self.".length });
        expression += "self.";
      }
    } else if (token === "values" && last !== ".") {
      const name = /\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*(["'])([^"'\\]+)\2\s*\])/y;
      name.lastIndex = end;
      const read = name.exec(text);
      const key = read?.[1] ?? read?.[3];
      if (key !== undefined) {
        values.push({ name: key, offset: expression.length + read![0].indexOf(key) + token.length });
      }
    }
    expression += text.slice(at, end);
    before = last;
    last = token;
  }
  return "unclosed template";
}

/** Returns what of Go's templates a token is, if CEL has nothing of the kind. */
function foreignSyntax(text: string, at: number, token: string, start: number, last: string): string | undefined {
  if (token === "$") return 'a variable "$"';
  if (token === "`") return "a string in `";
  if (token === "|" && last !== "|" && text[at + 1] !== "|") return 'a pipeline "|"';
  if (token === "/" && text[at + 1] === "*") return 'a comment "/*"';
  if (token === "-" && at === start && /\s/.test(text[at + 1] ?? "")) return '"{{-"';
  return undefined;
}

/** Reports whether a word in an expression over data names a field of it, rather than a function or a type. */
function isField(word: string, text: string, end: number): boolean {
  if (!/^[A-Za-z_]/.test(word) || RESERVED.has(word)) return false;
  const next = /\s*/y;
  next.lastIndex = end;
  const blank = next.exec(text)![0].length;
  const following = text[end + blank];
  return following !== "(" && !(blank === 0 && (following === '"' || following === "'"));
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
