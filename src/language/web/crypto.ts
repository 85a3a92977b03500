import type { RealmScope } from "../realm/scope/realm_scope.ts";

/** Defines `crypto`: random values, and `subtle`. */
export function crypto(scope: RealmScope): void {
  const crypto = {
    subtle: scope.subtle,

    getRandomValues<T extends ArrayBufferView>(view: T): T {
      if (!ArrayBuffer.isView(view) || !/^(Big)?U?[iI]nt/.test(scope.typeOfView(view))) {
        throw scope.webError("getRandomValues: expected a typed array of integers", "TypeMismatchError");
      }
      const bytes = scope.bytesOf(view);
      if (bytes.length > 65536) {
        throw scope.webError(
          `getRandomValues: expected at most 65536 bytes, got ${bytes.length}`,
          "QuotaExceededError",
        );
      }
      scope.fillRandom(bytes);
      return view;
    },

    randomUUID(): string {
      const bytes = new Uint8Array(16);
      scope.fillRandom(bytes);
      bytes[6] = (bytes[6]! & 0x0f) | 0x40;
      bytes[8] = (bytes[8]! & 0x3f) | 0x80;
      return bytes.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    },
  };

  Object.defineProperty(crypto, Symbol.toStringTag, { value: "Crypto" });
  scope.expose("crypto", crypto);
}
