/**
 * Reports whether a dotted name, of a kind or an event, matches a pattern: `*` stands for one segment, `**` for any
 * number of segments, `(a|b)` for one of several, and any other segment for itself. A star that is part of a segment is
 * an ordinary character. The empty pattern matches nothing.
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
    // Several in a row mean the same as one, which saves trying every way to divide the segments among them.
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
