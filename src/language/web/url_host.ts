import type { RealmScope } from "../realm/scope/realm_scope.ts";

/** Parses hosts as the URL Standard defines it. */
export function urlHost(scope: RealmScope): void {
  const FORBIDDEN_HOST = /[\0\t\n\r #/:<>?@[\\\]^|]/;
  const FORBIDDEN_DOMAIN = /[\0-\x20#%/:<>?@[\\\]^|\x7f]/;

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
    const ascii = scope.domainToAscii(scope.percentDecode(text));
    if (ascii === undefined || FORBIDDEN_DOMAIN.test(ascii)) return undefined;
    return endsInNumber(ascii) ? parseIpv4(ascii) : ascii;
  };

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
    let from = -1; // start of the longest run of at least two zeros, the first of equal ones
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
