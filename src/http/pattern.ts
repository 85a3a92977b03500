/** One thing wrong with a pattern: what, and what would be right. */
export interface PatternProblem {
  what: string;
  hint: string;
}

/** A segment of a pattern, between two slashes. */
export type Segment =
  | { readonly literal: string }
  /** Takes one segment that is not empty. */
  | { readonly parameter: string }
  /** Takes the rest of the path, empty or not. */
  | { readonly rest: string };

const NAME = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u;

/**
 * Reads a route's path: literal segments, percent-encoded or not; `:name` for one segment; `*` for the rest of the path
 * where it stands last, else for one segment as a parameter called `*`. `\:`, `\*` and `\\` are the characters
 * themselves. A missing slash at the start is added.
 *
 * @example
 * ```ts
 * parsePattern("/users/:id/*"); // { segments: [{ literal: "users" }, { parameter: "id" }, { rest: "*" }] }
 * ```
 */
export function parsePattern(path: string): { segments: Segment[] } | { problem: PatternProblem } {
  const texts = (path.startsWith("/") ? path.slice(1) : path).split("/");
  const segments: Segment[] = [];
  const names = new Set<string>();
  for (const [index, text] of texts.entries()) {
    const segment = parseSegment(text, index === texts.length - 1);
    if ("what" in segment) return { problem: segment };
    segments.push(segment);
    if ("literal" in segment) continue;
    const name = "parameter" in segment ? segment.parameter : segment.rest;
    if (names.has(name)) return { problem: twice(path, name) };
    names.add(name);
  }
  return { segments };
}

function parseSegment(text: string, last: boolean): Segment | PatternProblem {
  if (text === "*") return last ? { rest: "*" } : { parameter: "*" };
  if (text.startsWith(":")) {
    const name = text.slice(1);
    return NAME.test(name) ? { parameter: name } : {
      what: `${JSON.stringify(text)} is no parameter`,
      hint: "a parameter is a whole segment, a colon and a name: `:user_id`; a literal colon is `\\:`",
    };
  }
  const special = /\\[\s\S]?|[:*]/.exec(text.replace(/\\[:*\\]/g, ""))?.[0];
  if (special !== undefined) return misplaced(text, special);
  const unescaped = text.replace(/\\([:*\\])/g, "$1");
  const literal = decodeSegment(unescaped);
  if (literal === undefined) {
    return {
      what: `${JSON.stringify(text)} has a percent sign that opens no escape`,
      hint: "a literal percent sign is `%25`",
    };
  }
  if (literal === "." || literal === "..") {
    return { what: `a segment ${JSON.stringify(text)}`, hint: "clients resolve `.` and `..`, so it would never match" };
  }
  return { literal };
}

function misplaced(text: string, special: string): PatternProblem {
  if (special === ":" || special === "*") {
    return {
      what: `${JSON.stringify(text)} has ${special === ":" ? "a colon" : "an asterisk"} inside a segment`,
      hint: `parameters take whole segments; the character itself is \`\\${special}\``,
    };
  }
  return {
    what: `${JSON.stringify(text)} has an escape that is not known`,
    hint: "the escapes are `\\:`, `\\*` and `\\\\`",
  };
}

function twice(path: string, name: string): PatternProblem {
  const shown = name === "*" ? "*" : `:${name}`;
  return {
    what: `${JSON.stringify(path)} has ${shown} twice`,
    hint: `each parameter of a path has a name of its own${name === "*" ? ": `:name` takes one segment" : ""}`,
  };
}

/** A segment of a path as its characters; undefined if it has a bad escape. */
export function decodeSegment(text: string): string | undefined {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
