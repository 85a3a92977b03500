import type { RealmScope } from "../realm/scope/realm_scope.ts";

/** Parses and serializes `application/x-www-form-urlencoded` as the URL Standard defines it. */
export function form(scope: RealmScope): void {
  scope.parseForm = (text) => {
    const pairs: [string, string][] = [];
    for (const part of text.split("&")) {
      if (part === "") continue;
      const at = part.indexOf("=");
      pairs.push(at < 0 ? [decode(part), ""] : [decode(part.slice(0, at)), decode(part.slice(at + 1))]);
    }
    return pairs;
  };

  scope.writeForm = (pairs) => pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");

  function decode(text: string): string {
    const spaced = text.replaceAll("+", " ");
    if (!spaced.includes("%")) return spaced.toWellFormed();
    try {
      return decodeURIComponent(spaced).toWellFormed();
    } catch {
      return scope.percentDecode(spaced);
    }
  }

  function encode(text: string): string {
    return encodeURIComponent(text.toWellFormed())
      .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll("%20", "+");
  }
}
