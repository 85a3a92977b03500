import type { RealmScope } from "../realm/scope/realm_scope.ts";

/** Hosts and percent-encoding after the URL Standard. */
export function urlHost(scope: RealmScope): void {
  const FORBIDDEN_HOST = /[\0\t\n\r #/:<>?@[\\\]^|]/;
  const FORBIDDEN_DOMAIN = /[\0-\x20#%/:<>?@[\\\]^|\x7f]/;

  scope.percentEncode = (char, mayStand) => {
    if (mayStand.test(char)) return char;
    let encoded = "";
    for (const byte of scope.encodeUtf8(char)) {
      encoded += `%${byte < 16 ? "0" : ""}${byte.toString(16).toUpperCase()}`;
    }
    return encoded;
  };

  scope.parseHost = (text, special) => {
    if (text.startsWith("[")) {
      const pieces = text.endsWith("]") ? parseIpv6(text.slice(1, -1)) : undefined;
      return pieces === undefined ? undefined : `[${writeIpv6(pieces)}]`;
    }
    if (!special) {
      if (FORBIDDEN_HOST.test(text)) return undefined;
      let host = "";
      for (const char of text) host += scope.percentEncode(char, /[\x20-\x7e]/);
      return host;
    }
    const ascii = scope.domainToAscii(percentDecode(text));
    if (ascii === undefined || FORBIDDEN_DOMAIN.test(ascii)) return undefined;
    return endsInNumber(ascii) ? parseIpv4(ascii) : ascii;
  };

  function percentDecode(text: string): string {
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
  }

  function endsInNumber(host: string): boolean {
    const parts = host.split(".");
    if (parts.at(-1) === "" && parts.length > 1) parts.pop();
    const last = parts.at(-1)!;
    return /^[0-9]+$/.test(last) || /^0x[0-9a-f]*$/i.test(last);
  }

  function parseIpv4(host: string): string | undefined {
    const parts = host.split(".");
    if (parts.at(-1) === "" && parts.length > 1) parts.pop();
    if (parts.length > 4) return undefined;
    let address = 0;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      const number = /^0x[0-9a-f]*$/i.test(part)
        ? parseInt(part.slice(2) || "0", 16)
        : /^0[0-7]*$/.test(part)
        ? parseInt(part, 8)
        : /^[1-9][0-9]*$/.test(part)
        ? parseInt(part, 10)
        : NaN;
      const rest = 256 ** (i === parts.length - 1 ? 4 - i : 1);
      if (!(number < rest)) return undefined;
      address += number * (i === parts.length - 1 ? 1 : 256 ** (3 - i));
    }
    return [address / 2 ** 24, address / 2 ** 16, address / 2 ** 8, address].map((n) => Math.floor(n) % 256).join(".");
  }

  function parseIpv6(text: string): number[] | undefined {
    const halves = text.split("::");
    if (halves.length > 2 || /:::|^:(?!:)|(?<!:):$/.test(text)) return undefined;
    const left = piecesOf(halves[0]!, halves.length === 1);
    const right = halves.length === 2 ? piecesOf(halves[1]!, true) : [];
    if (left === undefined || right === undefined) return undefined;
    const missing = 8 - left.length - right.length;
    if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
    return [...left, ...new Array<number>(missing).fill(0), ...right];
  }

  function piecesOf(text: string, last: boolean): number[] | undefined {
    if (text === "") return [];
    const pieces: number[] = [];
    const parts = text.split(":");
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      if (/^[0-9a-f]{1,4}$/i.test(part)) {
        pieces.push(parseInt(part, 16));
      } else if (last && i === parts.length - 1 && /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(part)) {
        const bytes = part.split(".").map(Number);
        if (bytes.some((byte) => byte > 255)) return undefined;
        pieces.push(bytes[0]! * 256 + bytes[1]!, bytes[2]! * 256 + bytes[3]!);
      } else {
        return undefined;
      }
    }
    return pieces;
  }

  function writeIpv6(pieces: readonly number[]): string {
    let from = -1; // the longest run of two zeros or more, the first of equals
    let most = 1;
    for (let i = 0; i < 8; i++) {
      let length = 0;
      while (i + length < 8 && pieces[i + length] === 0) length++;
      if (length > most) {
        from = i;
        most = length;
      }
      i += length;
    }
    const hex = pieces.map((piece) => piece.toString(16));
    if (from < 0) return hex.join(":");
    return `${hex.slice(0, from).join(":")}::${hex.slice(from + most).join(":")}`;
  }
}
