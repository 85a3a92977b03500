import type { RealmScope } from "../realm/scope/realm_scope.ts";

/** Percent-encodes and percent-decodes as the URL Standard defines it. */
export function percentEncoding(scope: RealmScope): void {
  scope.percentEncode = (char, allowed) => {
    if (allowed.test(char)) return char;
    let encoded = "";
    for (const byte of scope.encodeUtf8(char)) {
      encoded += `%${byte < 16 ? "0" : ""}${byte.toString(16).toUpperCase()}`;
    }
    return encoded;
  };

  scope.percentDecode = (text) => {
    if (!text.includes("%")) return text;
    const bytes = scope.encodeUtf8(text);
    let length = 0;
    for (let i = 0; i < bytes.length; i++) {
      const escape = bytes[i] === 0x25 ? String.fromCharCode(bytes[i + 1] ?? 0, bytes[i + 2] ?? 0) : "";
      const escaped = /^[0-9a-f]{2}$/i.test(escape);
      bytes[length++] = escaped ? parseInt(escape, 16) : bytes[i]!;
      if (escaped) i += 2;
    }
    return scope.decodeUtf8(bytes.subarray(0, length), false);
  };
}
