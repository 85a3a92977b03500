import type { RealmScope } from "./realm_scope.ts";

/** Decoders for the common lazy fields, which are then decoded inside the realm and only if the snippet reads them. */
export function fieldDecoders(scope: RealmScope): void {
  const DEPTH = 200;
  const CANONICAL = new Map<string, string>();

  scope.decodeField = (decoder, source) => {
    switch (decoder) {
      case "json":
        return decodeJson(source as string);
      case "form":
        return listsOf(scope.parseForm(source as string));
      case "header":
        return decodeHeader(source as string);
      default:
        return source;
    }
  };

  function decodeJson(text: string): unknown {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw badRequest(`the body is not JSON: ${(error as Error).message}`);
    }
    // A level takes at least two characters, so a short string cannot be nested too deeply.
    if (text.length > 2 * DEPTH && isDeeper(value, DEPTH)) {
      throw badRequest(`the body exceeds the limits of a payload: the value is too large: nested deeper than ${DEPTH}`);
    }
    return value;
  }

  /** Returns the same error as `parseJson` of the HTTP part throws. */
  function badRequest(message: string): Error {
    const error = new Error(message, { cause: new Error("invalid argument") });
    return Object.assign(error, { code: "bad_request", details: { status: 400 } });
  }

  function isDeeper(value: unknown, depth: number): boolean {
    if (typeof value !== "object" || value === null) return false;
    if (depth === 0) return true;
    for (const item of Array.isArray(value) ? value : Object.values(value)) if (isDeeper(item, depth - 1)) return true;
    return false;
  }

  /** Reads header fields, each a line break, name, colon and value. Names become `Canonical-Case`. */
  function decodeHeader(text: string): Record<string, string[]> {
    const named: [string, string][] = [];
    for (const line of text.split("\n")) {
      const colon = line.indexOf(":");
      if (colon >= 0) named.push([canonical(line.slice(0, colon)), line.slice(colon + 1)]);
    }
    return listsOf(named);
  }

  function canonical(name: string): string {
    let known = CANONICAL.get(name);
    if (known === undefined) {
      known = name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
      if (CANONICAL.size < 200 && name.length < 50) CANONICAL.set(name, known);
    }
    return known;
  }

  function listsOf(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
    const lists: Record<string, string[]> = {};
    for (const [name, value] of pairs) {
      if (Object.hasOwn(lists, name)) lists[name]!.push(value);
      else scope.setField(lists, name, [value]);
    }
    return lists;
  }
}
