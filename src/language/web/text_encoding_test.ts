import { assertEquals } from "@std/assert";
import { program, run } from "../../../tests/language/run.ts";
import { seededTest } from "../../../tests/support/random.ts";
import type { Value } from "../../value/mod.ts";

const decoded = program(`
  export default ([label, options, chunks]) => {
    const decoder = new TextDecoder(label, options);
    try {
      let text = "";
      for (const [bytes, stream] of chunks) text += decoder.decode(bytes, { stream }) + "|";
      return text;
    } catch (error) {
      return error instanceof TypeError ? "TypeError" : String(error);
    }
  };
`);

function expected(label: string, options: TextDecoderOptions, chunks: [Uint8Array, boolean][]): string {
  const decoder = new TextDecoder(label, options);
  try {
    return chunks.map(([bytes, stream]) => decoder.decode(bytes as Uint8Array<ArrayBuffer>, { stream }) + "|").join("");
  } catch {
    return "TypeError";
  }
}

/** Returns bytes of which some are valid, some nearly valid and some random. */
function randomBytes(below: (limit: number) => number, label: string): Uint8Array {
  const PIECES = [
    [0x41],
    [0xc3, 0xa9],
    [0xe2, 0x82, 0xac],
    [0xf0, 0x9f, 0x98, 0x80],
    [0xed, 0xa0, 0x80],
    [0xef, 0xbb, 0xbf],
    [0xc0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf8],
    [0x80],
  ];
  const bytes: number[] = [];
  for (let i = below(12); i > 0; i--) {
    const piece = PIECES[below(PIECES.length)]!;
    if (label !== "utf-8" || below(4) === 0) bytes.push(below(256), ...(below(5) === 0 ? [0xd8, below(256)] : []));
    else bytes.push(...piece.slice(0, 1 + below(piece.length)));
  }
  return new Uint8Array(bytes);
}

seededTest("bytes decode as in Deno's TextDecoder, whole and in parts", (random) => {
  const below = (limit: number) => random.below(limit);
  for (const label of ["utf-8", "utf-16le", "utf-16be", "windows-1252"]) {
    for (let i = 0; i < 3000; i++) {
      const options = { fatal: below(3) === 0, ignoreBOM: below(3) === 0 };
      const chunks: [Uint8Array, boolean][] = Array.from({ length: 1 + below(4) }, () => [
        randomBytes(below, label),
        true,
      ]);
      if (below(2) === 0) chunks.at(-1)![1] = false;
      const seen = decoded.call([label, options, chunks] as unknown as Value);
      assertEquals(seen, expected(label, options, chunks), `${label} ${JSON.stringify([options, chunks])}`);
    }
  }
}, 7);

seededTest("all encodings of the standard decode as in Deno, in one piece and in chunks", (random) => {
  const LABELS =
    "ibm866 iso-8859-2 iso-8859-8-i iso-8859-15 koi8-r koi8-u macintosh windows-874 windows-1251 x-mac-cyrillic " +
    "gbk gb18030 big5 euc-jp iso-2022-jp shift_jis sjis euc-kr ks_c_5601-1987 x-user-defined";
  for (const label of LABELS.split(" ")) {
    for (let i = 0; i < 60; i++) {
      const options = { fatal: random.below(3) === 0, ignoreBOM: random.below(2) === 0 };
      const chunks = Array.from({ length: 1 + random.below(4) }, (): [Uint8Array, boolean] => [
        Uint8Array.from(
          { length: random.below(9) },
          () => [random.below(256), 0x80 + random.below(128), 0x1b, 0x42][random.below(4)]!,
        ),
        random.below(4) > 0,
      ]);
      const seen = decoded.call([label, options, chunks] as unknown as Value);
      assertEquals(seen, expected(label, options, chunks), `${label} ${JSON.stringify([options, chunks])}`);
    }
  }
  assertEquals(
    run(
      "export default (b) => new TextDecoder('shift_jis').decode(b)",
      new Uint8Array([0x83, 0x65, 0x83, 0x58, 0x83, 0x67]),
    ),
    "テスト",
  );
  assertEquals(run("export default () => new TextDecoder('Shift-JIS', null).encoding"), "shift_jis");
  assertEquals((run("export default () => new TextDecoder('replacement')") as Error).name, "RangeError");
});

Deno.test("TextDecoder accepts the labels of the standard", () => {
  const LABELS =
    "utf8 UTF-8 unicode-1-1-utf-8 utf-16 ucs-2 utf-16le utf-16be unicodefffe ascii latin1 iso-8859-1 l1 cp1252";
  for (const label of LABELS.split(" ")) {
    assertEquals(
      run("export default (label) => new TextDecoder(` ${label}\\n`).encoding", label),
      new TextDecoder(label).encoding,
    );
  }
  const unknown = run("export default () => new TextDecoder('ebcdic')");
  assertEquals(String(unknown), 'RangeError: unknown encoding "ebcdic"');
});

Deno.test("TextDecoder accepts any view and any buffer", () => {
  const code = `export default () => {
    const bytes = new Uint8Array([120, 97, 98, 120]);
    const decoder = new TextDecoder();
    return [bytes.buffer, bytes.subarray(1, 3), new DataView(bytes.buffer, 2)].map((part) => decoder.decode(part));
  }`;
  assertEquals(run(code), ["xabx", "ab", "bx"]);
});

seededTest("strings encode as in Deno's TextEncoder", (random) => {
  const encode = program("export default (text) => new TextEncoder().encode(text)");
  const into = program(`export default ([text, length]) => {
    const bytes = new Uint8Array(length);
    return [new TextEncoder().encodeInto(text, bytes), bytes];
  }`);
  const below = (limit: number) => random.below(limit);
  for (let i = 0; i < 3000; i++) {
    const units = Array.from({ length: below(12) }, () => [below(128), below(0x800), 0xd800 + below(0x800)][below(3)]!);
    const text = String.fromCharCode(...units);
    assertEquals(encode.call(text), new TextEncoder().encode(text));
    const bytes = new Uint8Array(below(20));
    const result = new TextEncoder().encodeInto(text, bytes);
    assertEquals(into.call([text, bytes.length]), [{ read: result.read, written: result.written }, bytes]);
  }
});

seededTest("atob and btoa behave as in Deno", (random) => {
  const below = (limit: number) => random.below(limit);
  const atobInRealm = program(`export default (text) => {
    try { return atob(text) } catch (error) { return error.name + error.code + (error instanceof DOMException) }
  }`);
  const btoaInRealm = program(`export default (text) => {
    try { return btoa(text) } catch (error) { return error.name + error.code + (error instanceof DOMException) }
  }`);
  const attempt = (convert: () => string) => {
    try {
      return convert();
    } catch {
      return "InvalidCharacterError5true";
    }
  };
  const CHARS = [..."ABab01+/= \t=", "é", "-"];
  for (let i = 0; i < 3000; i++) {
    const text = Array.from({ length: below(9) }, () => CHARS[below(CHARS.length)]!).join("");
    assertEquals(atobInRealm.call(text), attempt(() => atob(text)), JSON.stringify(text));
    const binary = String.fromCharCode(...Array.from({ length: below(9) }, () => below(260)));
    assertEquals(btoaInRealm.call(binary), attempt(() => btoa(binary)));
  }
});
