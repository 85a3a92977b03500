import { RE2JS } from "re2js";
import { failure } from "../../value/mod.ts";

/** How long a pattern may be, in characters. */
const LONGEST = 1_000;

/**
 * Compiles a pattern of paths: `*` stands for any characters but `/`, `?` for one of them, `**` for any folders, `[a-z]` and
 * `[!a-z]` for one character, `{a,b}` for either, and `\` takes away the meaning of the next one. A name that begins with a
 * dot is matched only by a pattern that has the dot, unless `hidden` is set. It is matched in a time linear in the length
 * of the path.
 *
 * @throws {Failure} `invalid`, if it is malformed.
 */
export function compileGlob(pattern: string, hidden = false): (path: string) => boolean {
  if (pattern.length > LONGEST) throw invalid(pattern.slice(0, 20) + "...", `at most ${LONGEST} characters`);
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(`^(?:${translated(pattern, hidden)})$`, RE2JS.DOTALL);
  } catch (error) {
    throw (error as { code?: string }).code === "invalid"
      ? error
      : invalid(pattern, "a pattern such as *.csv or **/*.json");
  }
  return (path) => path !== "" && compiled.test(path);
}

/** Reports whether a pattern is one of paths with folders. */
export function isDeep(pattern: string): boolean {
  return pattern.includes("/") || pattern.includes("**");
}

function translated(pattern: string, hidden: boolean): string {
  // a name that begins with a dot is hidden
  const start = hidden ? "" : "[^./]";
  let regex = "";
  let depth = 0;
  let isStart = true;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    const wasStart: boolean = isStart;
    isStart = false;
    if (char === "/") {
      regex += "/";
      isStart = true;
    } else if (char === "*" && pattern[at + 1] === "*") {
      const ends = at + 2 >= pattern.length || "/,}".includes(pattern[at + 2]!);
      if (!wasStart || !ends) throw invalid(pattern, "** as the whole name of a folder");
      const folder = hidden ? "[^/]+" : "[^./][^/]*";
      if (pattern[at + 2] === "/") {
        regex += `(?:${folder}/)*`;
        at += 2;
        isStart = true;
      } else {
        regex += `(?:${folder}/)*${folder}`;
        at += 1;
      }
    } else if (char === "*") {
      const next = pattern[at + 1];
      const hasMore = next === "?"; // *? is ?*
      if (hasMore) at++;
      if (!wasStart || hidden) regex += hasMore ? "[^/]+" : "[^/]*";
      else regex += hasMore || next === "." ? `${start}[^/]*` : `(?:${start}[^/]*)?`;
    } else if (char === "?") {
      regex += wasStart && !hidden ? start : "[^/]";
    } else if (char === "[") {
      const [set, end] = setAt(pattern, at);
      regex += set;
      at = end;
    } else if (char === "{") {
      depth++;
      regex += "(?:";
      isStart = wasStart;
    } else if (char === "}" && depth > 0) {
      depth--;
      regex += ")";
    } else if (char === "," && depth > 0) {
      regex += "|";
      isStart = /(?:^|[/])\{[^{}]*$/.test(pattern.slice(0, at));
    } else {
      if (char === "\\" && ++at >= pattern.length) throw invalid(pattern, "a character behind \\");
      const code = pattern.codePointAt(at)!;
      if (code > 0xffff) at++;
      regex += RE2JS.quote(String.fromCodePoint(code));
    }
  }
  if (depth > 0) throw invalid(pattern, "a } for each {");
  return regex;
}

/** Returns the set of characters that begins somewhere, and where it ends. */
function setAt(pattern: string, at: number): [set: string, end: number] {
  const isNegated = pattern[at + 1] === "!" || pattern[at + 1] === "^";
  const from = at + (isNegated ? 2 : 1);
  const end = pattern.indexOf("]", from + 1);
  if (end < 0) throw invalid(pattern, "a ] for each [");
  const items = pattern.slice(from, end).replace(/[\\[\]^&~]/g, "\\$&");
  return [isNegated ? `[^/${items}]` : `[${items}]`, end];
}

function invalid(pattern: string, expected: string) {
  return failure(`invalid pattern ${JSON.stringify(pattern)}: expected ${expected}`, { code: "invalid" });
}
