import type { RealmScope } from "../realm/scope/realm_scope.ts";

/** Encodes and decodes UTF-8 as the Encoding Standard defines it. */
export function utf8(scope: RealmScope): void {
  scope.encodeUtf8 = (text) => {
    const bytes = new Uint8Array(text.length * 3);
    let length = 0;
    for (let i = 0; i < text.length; i++) {
      let point = text.charCodeAt(i);
      if (point < 0x80) {
        bytes[length++] = point;
        continue;
      }
      if (point < 0x800) {
        bytes[length++] = 0xc0 | (point >> 6);
        bytes[length++] = 0x80 | (point & 0x3f);
        continue;
      }
      if (point >= 0xd800 && point <= 0xdfff) {
        const low = point < 0xdc00 ? text.charCodeAt(i + 1) : 0; // NaN at the end
        if (low >= 0xdc00 && low <= 0xdfff) {
          point = 0x10000 + ((point & 0x3ff) << 10) + (low & 0x3ff);
          i++;
          bytes[length++] = 0xf0 | (point >> 18);
          bytes[length++] = 0x80 | ((point >> 12) & 0x3f);
          bytes[length++] = 0x80 | ((point >> 6) & 0x3f);
          bytes[length++] = 0x80 | (point & 0x3f);
          continue;
        }
        point = 0xfffd;
      }
      bytes[length++] = 0xe0 | (point >> 12);
      bytes[length++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[length++] = 0x80 | (point & 0x3f);
    }
    return bytes.slice(0, length);
  };

  scope.decodeUtf8 = (bytes, fatal) => {
    const units = new Uint16Array(bytes.length);
    let length = 0;
    for (let i = 0; i < bytes.length;) {
      const lead = bytes[i++]!;
      if (lead < 0x80) {
        units[length++] = lead;
        continue;
      }
      let missing = lead < 0xc2 ? -1 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : -1;
      let point = lead & (0x3f >> missing);
      // The second byte has a narrower range where others would make the character overlong, a surrogate or too large.
      let least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      let most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      while (missing > 0) {
        const next = i < bytes.length ? bytes[i]! : 0;
        if (next < least || next > most) break;
        point = (point << 6) | (next & 0x3f);
        least = 0x80;
        most = 0xbf;
        missing--;
        i++;
      }
      if (missing !== 0) {
        if (fatal) throw new TypeError("invalid UTF-8");
        point = 0xfffd;
      }
      if (point > 0xffff) {
        units[length++] = 0xd800 + ((point - 0x10000) >> 10);
        point = 0xdc00 + (point & 0x3ff);
      }
      units[length++] = point;
    }
    return scope.textOfUnits(units, length);
  };

  scope.textOfUnits = (units, length) => {
    let text = "";
    for (let i = 0; i < length; i += 4096) {
      text += Reflect.apply(String.fromCharCode, null, units.subarray(i, Math.min(i + 4096, length)));
    }
    return text;
  };
}
