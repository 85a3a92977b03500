/**
 * Whether a dotted name, a kind or an event, matches a pattern: `*` is one segment, `**` any number of them, none
 * included, `(a|b)` one of several, and any other segment itself. A star that is only part of a segment is an ordinary
 * character. The empty pattern matches nothing.
 *
 * @example
 * ```ts
 * matches("http.*", "http.route"); // true
 * matches("http.*", "http.route.v2"); // false
 * matches("http.**", "http.route.v2"); // true
 * ```
 */
export function matches(pattern: string, name: string): boolean {
  return pattern !== "" && matchFrom(pattern.split("."), 0, name.split("."), 0);
}

function matchFrom(pattern: readonly string[], p: number, name: readonly string[], n: number): boolean {
  const segment = pattern[p];
  if (segment === undefined) return n === name.length;
  if (segment === "**") {
    // Of several in a row one is enough, and saves trying every way to divide the segments among them.
    while (pattern[p + 1] === "**") p++;
    for (let rest = n; rest <= name.length; rest++) if (matchFrom(pattern, p + 1, name, rest)) return true;
    return false;
  }
  return n < name.length && matchSegment(segment, name[n]!) && matchFrom(pattern, p + 1, name, n + 1);
}

function matchSegment(segment: string, text: string): boolean {
  if (segment === "*") return text !== "";
  if (segment.startsWith("(") && segment.endsWith(")")) return segment.slice(1, -1).split("|").includes(text);
  return segment === text;
}
