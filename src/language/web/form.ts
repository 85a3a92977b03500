import type { RealmScope } from "../realm/scope/realm_scope.ts";

/** `application/x-www-form-urlencoded` after the URL Standard, both ways. */
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
      return decodeLeniently(spaced);
    }
  }

  /** A percent sign that opens no escape stands for itself; bytes that are no UTF-8 become U+FFFD. */
  function decodeLeniently(text: string): string {
    const bytes = scope.encodeUtf8(text);
    let length = 0;
    for (let i = 0; i < bytes.length; i++) {
      const escape = bytes[i] === 0x25 ? String.fromCharCode(bytes[i + 1] ?? 0, bytes[i + 2] ?? 0) : "";
      const escaped = /^[0-9a-f]{2}$/i.test(escape);
      bytes[length++] = escaped ? parseInt(escape, 16) : bytes[i]!;
      if (escaped) i += 2;
    }
    return scope.decodeUtf8(bytes.subarray(0, length), false);
  }

  function encode(text: string): string {
    return encodeURIComponent(text.toWellFormed())
      .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll("%20", "+");
  }
}
