import type { RealmScope } from "../realm/scope/realm_scope.ts";

/** Defines `atob` and `btoa`. */
export function base64(scope: RealmScope): void {
  function atob(data: unknown): string {
    let text = String(data).replace(/[\t\n\f\r ]/g, "");
    if (text.length % 4 === 0) text = text.replace(/==?$/, "");
    if (text.length % 4 === 1 || /[^+/0-9A-Za-z]/.test(text)) {
      throw scope.webError("atob: invalid base64", "InvalidCharacterError");
    }
    const bytes = Uint8Array.fromBase64(text);
    return scope.textOfUnits(Uint16Array.from(bytes), bytes.length);
  }

  function btoa(data: unknown): string {
    const text = String(data);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0xff) {
        throw scope.webError(
          `btoa: the character at ${i} is above U+00FF; encode the string as UTF-8 first`,
          "InvalidCharacterError",
        );
      }
      bytes[i] = unit;
    }
    return bytes.toBase64();
  }

  scope.expose("atob", atob);
  scope.expose("btoa", btoa);
}
