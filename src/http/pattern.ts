/** What is wrong with a pattern, and how to correct it. */
export interface PatternDiagnostic {
  message: string;
  hint: string;
}

/** A segment of a pattern, between two slashes. */
export type Segment =
  | { readonly literal: string }
  /** Matches one segment that is not empty. */
  | { readonly parameter: string }
  /** Matches the rest of the path, which may be empty. */
  | { readonly rest: string };

const NAME = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u;

/**
 * Parses the path of a route: literal segments, percent-encoded or not; `:name` for one segment; `*` at the end for the
 * rest of the path, elsewhere for one segment, as a parameter named `*`. `\:`, `\*` and `\\` stand for the characters
 * themselves. A missing slash at the start is added.
 *
 * @example
 * ```ts
 * parsePattern("/users/:id/*"); // { segments: [{ literal: "users" }, { parameter: "id" }, { rest: "*" }] }
 * ```
 */
export function parsePattern(path: string): { segments: Segment[] } | { diagnostic: PatternDiagnostic } {
  const texts = (path.startsWith("/") ? path.slice(1) : path).split("/");
  const segments: Segment[] = [];
  const names = new Set<string>();
  for (const [index, text] of texts.entries()) {
    const segment = parseSegment(text, index === texts.length - 1);
    if ("message" in segment) return { diagnostic: segment };
    segments.push(segment);
    if ("literal" in segment) continue;
    const name = "parameter" in segment ? segment.parameter : segment.rest;
    if (names.has(name)) return { diagnostic: duplicate(path, name) };
    names.add(name);
  }
  return { segments };
}

function parseSegment(text: string, last: boolean): Segment | PatternDiagnostic {
  if (text === "*") return last ? { rest: "*" } : { parameter: "*" };
  if (text.startsWith(":")) {
    const name = text.slice(1);
    return NAME.test(name) ? { parameter: name } : {
      message: `invalid parameter ${JSON.stringify(text)}`,
      hint: "expected a colon and a name such as `:user_id`; write a literal colon as `\\:`",
    };
  }
  const special = /\\[\s\S]?|[:*]/.exec(text.replace(/\\[:*\\]/g, ""))?.[0];
  if (special !== undefined) return misplaced(text, special);
  const unescaped = text.replace(/\\([:*\\])/g, "$1");
  const literal = decodeSegment(unescaped);
  if (literal === undefined) {
    return {
      message: `invalid escape in ${JSON.stringify(text)}`,
      hint: "write a literal percent sign as `%25`",
    };
  }
  if (literal === "." || literal === "..") {
    return {
      message: `invalid segment ${JSON.stringify(text)}`,
      hint: "clients resolve `.` and `..`, so it never matches",
    };
  }
  return { literal };
}

function misplaced(text: string, special: string): PatternDiagnostic {
  if (special === ":" || special === "*") {
    return {
      message: `unexpected ${special === ":" ? "colon" : "asterisk"} in segment ${JSON.stringify(text)}`,
      hint: `a parameter is a whole segment; write the literal character as \`\\${special}\``,
    };
  }
  return {
    message: `unknown escape in ${JSON.stringify(text)}`,
    hint: "the escapes are `\\:`, `\\*` and `\\\\`",
  };
}

function duplicate(path: string, name: string): PatternDiagnostic {
  const shown = name === "*" ? "*" : `:${name}`;
  return {
    message: `duplicate parameter ${shown} in ${JSON.stringify(path)}`,
    hint: `each parameter of a path needs its own name${name === "*" ? "; `:name` matches one segment" : ""}`,
  };
}

/** Decodes a segment of a path. Returns undefined if it has an invalid escape. */
export function decodeSegment(text: string): string | undefined {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
