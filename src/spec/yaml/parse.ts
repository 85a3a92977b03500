import { type Event, EVENT_ID, parseEvents, YAMLException } from "js-yaml";
import type { Diagnostic } from "../model/diagnostic.ts";
import { FILE_LIMITS } from "./file_limits.ts";

/** The YAML events of a file and the diagnostics of its syntax. */
export interface Parsed {
  events: Event[];
  diagnostics: Diagnostic[];
}

// no string in a document or item can contain such a line: it would end there
const DOCUMENT = /^(?:%[^\r\n]*(?:\r\n?|\n)){0,9}---(?=[ \t\r\n]|$)/gm;
const ITEM = /^-(?=[ \t\r\n])/gm;

/**
 * Parses YAML. If that fails, parses each document by itself, and each item of a document that is a list and fails: all
 * that is valid is read, with one diagnostic for each invalid part.
 */
export function parseYaml(text: string): Parsed {
  const parsed = parseParts(text);
  parsed.diagnostics.push(...looseDirectives(text, parsed.events));
  return parsed;
}

function parseParts(text: string): Parsed {
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
  // anchors are valid within a document, so all items become one document
  append(parsed.events, [{ type: EVENT_ID.DOCUMENT, explicitStart: false, explicitEnd: false, directives: [] }]);
  const diagnostics = parsed.diagnostics.length;
  for (const [from, to] of items) {
    const item = parsePiece(text.slice(from, to), from);
    if (!Array.isArray(item)) parsed.diagnostics.push(item);
    else append(parsed.events, item.filter(({ type }) => type !== EVENT_ID.DOCUMENT));
  }
  // each item is valid by itself
  if (parsed.diagnostics.length === diagnostics) parsed.diagnostics.push(diagnostic);
}

const DIRECTIVE = /^%\S*/m;
const START = /^---(?=[ \t\r\n]|$)/gm;

/** Returns the diagnostics of directives that come after a document which does not end with `...`. */
function looseDirectives(text: string, events: readonly Event[]): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  let isOpen = false;
  let end = 0; // of what has been seen
  for (const event of events) {
    if (event.type !== EVENT_ID.DOCUMENT) {
      for (const name of OFFSETS) end = Math.max(end, offsetsOf(event)[name] ?? 0);
      continue;
    }
    const wasOpen = isOpen;
    isOpen = !event.explicitEnd;
    if (!event.explicitStart) continue;
    START.lastIndex = end;
    const start = START.exec(text)?.index ?? text.length;
    const directive = wasOpen ? DIRECTIVE.exec(text.slice(end, start)) : null;
    if (directive !== null) {
      const location = { offset: end + directive.index };
      const message = `invalid YAML: directive ${directive[0]} in a document that has not ended`;
      diagnostics.push({ location, message, hint: "end the document before it with ..." });
    }
    end = start + 3;
  }
  return diagnostics;
}

const BEFORE_CONTENT = /\s+|[#%][^\r\n]*|---(?=\s)/y;

/** Reports whether a document is a list whose items are not indented. */
function isList(document: string): boolean {
  let start = 0;
  for (let end = 0; end >= 0;) {
    start = end;
    BEFORE_CONTENT.lastIndex = start;
    end = BEFORE_CONTENT.test(document) ? BEFORE_CONTENT.lastIndex : -1;
  }
  return /^-\s/.test(document.slice(start, start + 2)) && (start === 0 || /[\r\n]/.test(document[start - 1]!));
}

/** Returns the offsets of the parts of a text that begin where the pattern matches, and of what precedes the first. */
function pieces(text: string, start: number, end: number, pattern: RegExp): [start: number, end: number][] {
  const starts = [start];
  for (const match of text.slice(start, end).matchAll(pattern)) {
    if (match.index > 0) starts.push(start + match.index);
  }
  return starts.map((from, index) => [from, starts[index + 1] ?? end]);
}

/** Returns the events of a part of the file that begins at an offset, or a diagnostic. */
function parsePiece(text: string, offset: number): Event[] | Diagnostic {
  try {
    // more than the limit, so that the composer reports the value that is too deep
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
  const offsets = offsetsOf(event);
  for (const name of OFFSETS) {
    const offset = offsets[name];
    if (offset !== undefined && offset >= 0) offsets[name] = offset + by;
  }
}

function offsetsOf(event: Event): Partial<Record<typeof OFFSETS[number], number>> {
  return event as object;
}

function diagnosticOf({ reason, mark }: YAMLException, text: string, offset: number): Diagnostic {
  // what is missing at the end is missing after the last word, not after blank lines
  const at = Math.min(mark?.position ?? 0, text.trimEnd().length);
  if (reason.startsWith("nesting exceeded")) {
    return { location: { offset: offset + at }, message: `nested deeper than ${FILE_LIMITS.depth} levels` };
  }
  const diagnostic: Diagnostic = { location: { offset: offset + at }, message: `invalid YAML: ${reason}` };
  const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at + 2);
  const hint = HINTS.find(([reasons, lines]) => reasons.test(reason) && lines.test(line))?.[2];
  if (hint !== undefined) diagnostic.hint = hint;
  return diagnostic;
}

/** Hints by the reason of an error and the line up to it. */
const HINTS: readonly [reason: RegExp, line: RegExp, hint: string][] = [
  [/./, /^ *\t/, "indent with spaces, not with tabs"],
  [/./, /[:,[-]\s+\{\{/, "quote a string that begins with {{"],
  [/./, /[:,[-]\s+[@`%]/, "quote a string that begins with @, ` or %"],
  [/^missed comma/, /^/, "inside { } and [ ], quote a string that contains any of these characters"],
  [/quoted scalar|flow collection|deficient indentation/, /^/, "is a quote or bracket before it not closed?"],
];

function append(events: Event[], more: readonly Event[]): void {
  for (const event of more) events.push(event);
}
