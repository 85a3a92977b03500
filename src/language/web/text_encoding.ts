import type { RealmScope } from "../realm/scope/realm_scope.ts";

/**
 * Defines `TextEncoder` and `TextDecoder`. UTF-8, UTF-16 and windows-1252 (which the web calls latin1) are decoded here; for
 * all other encodings the platform is asked.
 */
export function textEncoding(scope: RealmScope): void {
  const UTF_8 = "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8";
  const UTF_16LE = "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le";
  const UTF_16BE = "unicodefffe utf-16be";
  const WINDOWS_1252 =
    "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 " +
    "iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252";
  const LABELS = new Map<string, string>();
  for (
    const [name, labels] of [
      ["utf-8", UTF_8],
      ["utf-16le", UTF_16LE],
      ["utf-16be", UTF_16BE],
      ["windows-1252", WINDOWS_1252],
    ] as const
  ) {
    for (const label of labels.split(" ")) LABELS.set(label, name);
  }
  const OWN = new Set(LABELS.values());
  // The characters of the bytes 0x80 to 0x9f; every other byte is its own code point.
  const HIGH = "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f" +
    "\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178";

  class TextEncoder {
    get encoding(): string {
      return "utf-8";
    }

    encode(text: unknown = ""): Uint8Array {
      return scope.encodeUtf8(String(text));
    }

    encodeInto(text: unknown, into: Uint8Array): { read: number; written: number } {
      const source = String(text);
      let read = 0;
      let written = 0;
      for (const char of source) {
        const bytes = scope.encodeUtf8(char);
        if (written + bytes.length > into.length) break;
        into.set(bytes, written);
        written += bytes.length;
        read += char.length;
      }
      return { read, written };
    }
  }

  class TextDecoder {
    #encoding: string;
    #fatal: boolean;
    #ignoreBom: boolean;
    #held = new Uint8Array(0); // the start of a character that the next chunk continues; for the platform, all so far
    #given = 0; // how many characters of what is held the platform's text has already been returned
    #begun = false;

    constructor(label: unknown = "utf-8", options?: { fatal?: unknown; ignoreBOM?: unknown } | null) {
      const name = String(label).replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, "").toLowerCase();
      const encoding = LABELS.get(name) ?? scope.ask("encoding", name);
      if (encoding === undefined) {
        throw new RangeError(`unknown encoding ${JSON.stringify(String(label))}`);
      }
      this.#encoding = encoding;
      this.#fatal = Boolean(options?.fatal);
      this.#ignoreBom = Boolean(options?.ignoreBOM);
    }

    get encoding(): string {
      return this.#encoding;
    }

    get fatal(): boolean {
      return this.#fatal;
    }

    get ignoreBOM(): boolean {
      return this.#ignoreBom;
    }

    decode(input?: ArrayBuffer | ArrayBufferView, options?: { stream?: unknown } | null): string {
      const stream = Boolean(options?.stream);
      let bytes = this.#joined(input === undefined ? new Uint8Array(0) : bytesOf(input));
      if (!OWN.has(this.#encoding)) return this.#ask(bytes, stream);
      const whole = stream ? bytes.length - unfinished(bytes, this.#encoding) : bytes.length;
      this.#held = bytes.slice(whole);
      bytes = bytes.subarray(0, whole);
      let text: string;
      try {
        text = this.#encoding === "utf-8"
          ? scope.decodeUtf8(bytes, this.#fatal)
          : this.#encoding === "windows-1252"
          ? decode1252(bytes)
          : decodeUtf16(bytes, this.#encoding === "utf-16be", this.#fatal);
      } catch (error) {
        this.#begun = false;
        this.#held = new Uint8Array(0);
        throw error;
      }
      const first = !this.#begun;
      if (text !== "") this.#begun = true;
      if (!stream) this.#begun = false;
      const marked = first && !this.#ignoreBom && this.#encoding !== "windows-1252" && text.charCodeAt(0) === 0xfeff;
      return marked ? text.slice(1) : text;
    }

    /** Decodes all bytes since the last one that ended a text, and returns what is new. */
    #ask(bytes: Uint8Array<ArrayBuffer>, stream: boolean): string {
      const text = scope.ask("decode", `${this.#encoding}${this.#fatal ? "!" : ""}${stream ? "+" : ""}`, bytes);
      const fresh = text?.slice(this.#given);
      this.#held = stream && text !== undefined ? bytes : new Uint8Array(0);
      this.#given = stream && text !== undefined ? text.length : 0;
      if (fresh === undefined) throw new TypeError(`invalid ${this.#encoding}`);
      return fresh;
    }

    #joined(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
      const all = new Uint8Array(this.#held.length + bytes.length);
      all.set(this.#held, 0);
      all.set(bytes, this.#held.length);
      return all;
    }
  }

  function bytesOf(input: ArrayBuffer | ArrayBufferView): Uint8Array {
    if (ArrayBuffer.isView(input) || input instanceof ArrayBuffer) return scope.bytesOf(input);
    throw new TypeError("TextDecoder: expected an ArrayBuffer, a typed array or a DataView");
  }

  /** Returns how many bytes at the end are the start of a character. */
  function unfinished(bytes: Uint8Array, encoding: string): number {
    if (encoding === "windows-1252") return 0;
    if (encoding !== "utf-8") {
      const odd = bytes.length % 2;
      const lead = bytes[bytes.length - odd - (encoding === "utf-16be" ? 2 : 1)] ?? 0;
      return odd + (lead >= 0xd8 && lead <= 0xdb ? 2 : 0);
    }
    for (let back = 1; back <= 3 && back <= bytes.length; back++) {
      const byte = bytes[bytes.length - back]!;
      if (byte < 0x80) return 0;
      if (byte < 0xc0) continue;
      const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
      if (length <= back || byte < 0xc2 || byte > 0xf4) return 0;
      const tail = bytes.subarray(bytes.length - back);
      // Bytes that cannot become a character any more are decoded at once, as the standard requires.
      return scope.decodeUtf8(tail, false).length === 1 ? back : 0;
    }
    return 0;
  }

  function decode1252(bytes: Uint8Array): string {
    const units = new Uint16Array(bytes.length);
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!;
      units[i] = byte >= 0x80 && byte <= 0x9f ? HIGH.charCodeAt(byte - 0x80) : byte;
    }
    return scope.textOfUnits(units, units.length);
  }

  function decodeUtf16(bytes: Uint8Array, bigEndian: boolean, fatal: boolean): string {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const units = new Uint16Array(bytes.length >> 1);
    for (let i = 0; i < units.length; i++) units[i] = view.getUint16(2 * i, !bigEndian);
    let text = scope.textOfUnits(units, units.length);
    const odd = bytes.length % 2 === 1;
    if (fatal && (odd || !text.isWellFormed())) throw new TypeError("invalid UTF-16");
    const last = text.charCodeAt(text.length - 1);
    if (odd && !(last >= 0xd800 && last <= 0xdbff)) text += "\ufffd"; // a lone lead surrogate and the odd byte become one U+FFFD
    return text.toWellFormed();
  }

  scope.expose("TextEncoder", TextEncoder);
  scope.expose("TextDecoder", TextDecoder);
}
