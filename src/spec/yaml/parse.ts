import { type Event, EVENT_ID, parseEvents, YAMLException } from "js-yaml";
import type { Diagnostic } from "../model/diagnostic.ts";
import { FILE_LIMITS } from "./file_limits.ts";

/** The events of a text, and what is wrong with its YAML. */
export interface Parsed {
  events: Event[];
  diagnostics: Diagnostic[];
}

// one document or item ends where the next begins: no text in it can have such a line, as it would end there
const DOCUMENT = /^(?:%[^\r\n]*(?:\r\n?|\n)){0,9}---(?=[ \t\r\n]|$)/gm;
const ITEM = /^-(?=[ \t\r\n])/gm;

/**
 * Parses YAML. If it is broken, each document is parsed by itself, and each item of a list that is a broken document:
 * all that is sound is read, and one diagnostic of everything that is not is told.
 */
export function parseYaml(text: string): Parsed {
  const whole = parsePiece(text, 0);
  if (Array.isArray(whole)) return { events: whole, diagnostics: [] };
  const parsed: Parsed = { events: [], diagnostics: [] };
  for (const [start, end] of pieces(text, 0, text.length, DOCUMENT)) {
    const document = parsePiece(text.slice(start, end), start);
    if (Array.isArray(document)) append(parsed.events, document);
    else parseItems(text, start, end, document, parsed);
  }
  return parsed;
}

function parseItems(text: string, start: number, end: number, diagnostic: Diagnostic, parsed: Parsed): void {
  const items = isList(text.slice(start, end)) ? pieces(text, start, end, ITEM) : [];
  if (items.length < 2) {
    parsed.diagnostics.push(diagnostic);
    return;
  }
  // anchors are of a document: all its items are put into one
  append(parsed.events, [{ type: EVENT_ID.DOCUMENT, explicitStart: false, explicitEnd: false, directives: [] }]);
  const diagnostics = parsed.diagnostics.length;
  for (const [from, to] of items) {
    const item = parsePiece(text.slice(from, to), from);
    if (!Array.isArray(item)) parsed.diagnostics.push(item);
    else append(parsed.events, item.filter(({ type }) => type !== EVENT_ID.DOCUMENT));
  }
  // broken only as a whole
  if (parsed.diagnostics.length === diagnostics) parsed.diagnostics.push(diagnostic);
}

const BEFORE_CONTENT = /\s+|[#%][^\r\n]*|---(?=\s)/y;

/** Whether a document is a list whose items begin their lines. */
function isList(document: string): boolean {
  let start = 0;
  for (let end = 0; end >= 0;) {
    start = end;
    BEFORE_CONTENT.lastIndex = start;
    end = BEFORE_CONTENT.test(document) ? BEFORE_CONTENT.lastIndex : -1;
  }
  return /^-\s/.test(document.slice(start, start + 2)) && (start === 0 || /[\r\n]/.test(document[start - 1]!));
}

/** The parts of a text that begin where the pattern matches, and what is before the first, as offsets. */
function pieces(text: string, start: number, end: number, pattern: RegExp): [start: number, end: number][] {
  const starts = [start];
  for (const match of text.slice(start, end).matchAll(pattern)) {
    if (match.index > 0) starts.push(start + match.index);
  }
  return starts.map((from, index) => [from, starts[index + 1] ?? end]);
}

/** The events of a part of the text that begins at an offset, or why there are none. */
function parsePiece(text: string, offset: number): Event[] | Diagnostic {
  try {
    // a level more than is allowed: a value too deep is then found, and said, where it stands
    const events = parseEvents(text, { maxDepth: FILE_LIMITS.depth + 2 });
    if (offset > 0) events.forEach((event) => move(event, offset));
    return events;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return diagnosticOf(error, text, offset);
  }
}

const OFFSETS = ["start", "valueStart", "valueEnd", "anchorStart", "anchorEnd", "tagStart", "tagEnd"] as const;

function move(event: Event, by: number): void {
  const offsets = event as Partial<Record<typeof OFFSETS[number], number>>;
  for (const name of OFFSETS) {
    const offset = offsets[name];
    if (offset !== undefined && offset >= 0) offsets[name] = offset + by;
  }
}

function diagnosticOf({ reason, mark }: YAMLException, text: string, offset: number): Diagnostic {
  // what is missing at the end is missing after the last word
  const at = Math.min(mark?.position ?? 0, text.trimEnd().length);
  if (reason.startsWith("nesting exceeded")) {
    return { location: { offset: offset + at }, message: `nested deeper than ${FILE_LIMITS.depth} levels` };
  }
  const diagnostic: Diagnostic = { location: { offset: offset + at }, message: `broken YAML: ${reason}` };
  const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at + 2);
  const hint = HINTS.find(([reasons, lines]) => reasons.test(reason) && lines.test(line))?.[2];
  if (hint !== undefined) diagnostic.hint = hint;
  return diagnostic;
}

/** What is probably meant, by the reason and the line as far as the diagnostic. */
const HINTS: readonly [reason: RegExp, line: RegExp, hint: string][] = [
  [/./, /^ *\t/, "indent with spaces, not with tabs"],
  [/./, /[:,[-]\s+\{\{/, "a text that begins with {{ has to be quoted"],
  [/./, /[:,[-]\s+[@`%]/, "a text that begins with @, ` or % has to be quoted"],
  [/^missed comma/, /^/, "inside of { } and [ ] a text with any of these in it has to be quoted"],
  [/quoted scalar|flow collection|deficient indentation/, /^/, "a quote or bracket before it may not be closed"],
];

function append(events: Event[], more: readonly Event[]): void {
  for (const event of more) events.push(event);
}
