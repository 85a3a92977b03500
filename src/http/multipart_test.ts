import { assert, assertEquals, assertThrows } from "@std/assert";
import { CHARACTERS, seededTest } from "../../tests/support/random.ts";
import { type Failure, setKey, type Value } from "../value/mod.ts";
import { decodeContent, MAX_PARTS } from "./mod.ts";

const encoder = new TextEncoder();

/** Decodes text with `|` for the end of a line. */
function decode(text: string, boundary = "b"): Value {
  const type = `multipart/form-data; boundary=${boundary}`;
  return decodeContent(encoder.encode(text.replaceAll("|", "\r\n")), type, "the body");
}

function field(disposition: string, content = "v", more = ""): string {
  return `--b|Content-Disposition: ${disposition}|${more}|${content}|`;
}

Deno.test("fields and files are told apart and keep their order", () => {
  const body = field('form-data; name="a"', "1") + field('form-data; name="a"', "2") +
    field('form-data; name="f"; filename="x.bin"', "bytes", "Content-Type: application/octet-stream|X-more: 1|") +
    "--b--|";
  assertEquals(decode(body), {
    values: { a: ["1", "2"] },
    files: {
      f: [{
        filename: "x.bin",
        header: {
          "Content-Disposition": ['form-data; name="f"; filename="x.bin"'],
          "Content-Type": ["application/octet-stream"],
          "X-More": ["1"],
        },
        size: 5,
        data: encoder.encode("bytes"),
      }],
    },
  });
});

Deno.test("a part is decoded by its own type; a field without one is text, a file bytes", () => {
  const part = (name: string, type: string | undefined, content: string) =>
    field(`form-data; name=x${name}`, content, type === undefined ? "" : `Content-Type: ${type}|`) + "--b--";
  const value = (type: string | undefined, content: string) =>
    (decode(part("", type, content)) as { values: { x: Value[] } }).values.x[0];
  const data = (type: string | undefined, content: string) =>
    (decode(part("; filename=f", type, content)) as { files: { x: { data: Value }[] } }).files.x[0]!.data;
  assertEquals(value(undefined, "é"), "é");
  assertEquals(value("application/json", '{"a":[1]}'), { a: [1] });
  assertEquals(value("application/octet-stream", "a"), encoder.encode("a"));
  assertEquals(data(undefined, "a"), encoder.encode("a"));
  assertEquals(data("text/csv; charset=utf-8", "a,b"), "a,b");
  assertEquals(data("application/json", "[1]"), [1]);
  assertEquals(data("application/x-www-form-urlencoded", "a=1"), { a: ["1"] });
  assertEquals(data("multipart/form-data; boundary=c", "--c--"), encoder.encode("--c--"));
  assertEquals(data("nonsense", "a"), encoder.encode("a"));
  const error = assertThrows(() => data("application/json", "{"), Error, 'the part "x" of the body is not JSON');
  assertEquals((error as Failure).details, { status: 400 });
});

Deno.test("file data shares no memory with the body", () => {
  const { files } = decode(field("form-data; name=f; filename=f", "abc") + "--b--") as {
    files: { f: { data: Uint8Array }[] };
  };
  assertEquals(files.f[0]!.data.buffer.byteLength, 3);
});

Deno.test("names are read as browsers write them", () => {
  const names: [disposition: string, name: string, filename?: string][] = [
    ['form-data; name="a"', "a"],
    ["form-data; name=a", "a"],
    ['Form-Data;NAME="a";FileName="b"', "a", "b"],
    ['form-data; name=""', ""],
    ['form-data; name="a; filename=b"', "a; filename=b"],
    ['form-data; name="%22a%0D%0Ab%41"', '"a\r\nb%41'],
    ['form-data; name="%0a%0d"', "%0a%0d"], // no browser writes these
    ['form-data; name="c:\\dir\\"; filename="\\"', "c:\\dir\\", "\\"],
    ['form-data; filename="é 漢.txt"; name="ü"', "ü", "é 漢.txt"],
    ["form-data; name=a; filename*=UTF-8''na%C3%AFve.txt", "a", "naïve.txt"],
    ["form-data; name=a; filename=plain; filename*=utf-8'en'b%20c", "a", "b c"],
    ["form-data; name=a; filename=plain; filename*=utf-8''%FF", "a", "plain"],
    ['form-data; name="__proto__"', "__proto__"],
  ];
  for (const [disposition, name, filename] of names) {
    const { values, files } = decode(field(disposition) + "--b--") as Record<
      string,
      Record<string, { filename?: string }[]>
    >;
    const found = filename === undefined ? values! : files!;
    assertEquals(Object.keys(found), [name], disposition);
    assertEquals(Object.getOwnPropertyDescriptor(found, name)!.value[0].filename, filename, disposition);
  }
});

Deno.test("the frame is read as the standard allows", () => {
  const one = { values: { a: ["v"] }, files: {} };
  const a = field("form-data; name=a");
  assertEquals(decode(a + "--b--"), one);
  assertEquals(decode("preamble|--bad|" + a + "--b--|epilogue|--b|"), one);
  assertEquals(decode("--bad|" + a + "--b--"), one);
  assertEquals(decode("|" + a + "--b--"), one);
  assertEquals(decode(a.replace("--b|", "--b \t|") + "--b--"), one);
  assertEquals(decode(field("form-data; name=a", "v", "no colon|") + "--b--"), one);
  assertEquals(decode("--b|Content-Disposition: form-data; name=a||--b--"), { values: { a: [""] }, files: {} });
  assertEquals(decode("--b--|"), { values: {}, files: {} });
  assertEquals(decode(field("form-data; name=a", "") + "--b--"), { values: { a: [""] }, files: {} });
  assertEquals(decode(field("form-data; name=a", "x|--B|--|-b|--c") + "--b--"), {
    values: { a: ["x\r\n--B\r\n--\r\n-b\r\n--c"] },
    files: {},
  });
  assertEquals(decode(a.replaceAll("--b", "--'()+_,-./:=?") + "--'()+_,-./:=?--", `"'()+_,-./:=?"`), one);
});

Deno.test("a body that is no multipart is a bad request that says why", () => {
  const a = field("form-data; name=a");
  const bodies: [text: string, message: string][] = [
    ["", "ends before its last boundary"],
    ["nothing", "ends before its last boundary"],
    [a, "ends before its last boundary"],
    [a + "--b", "ends before its last boundary"],
    [a + "--bb--", "ends before its last boundary"],
    ["--b|--b--", "ends before its last boundary"],
    ["--b||--b--", "ends in its header"],
    ["--b|a: b|--b--", "ends in its header"],
    [a + "--b|Content-Disposition: form-data|--b--", "ends in its header"],
    [field("form-data") + "--b--", "missing name of a part of the body"],
    [field("attachment; name=a") + "--b--", "missing name of a part of the body"],
    ["--b||v|--b--", "missing name of a part of the body"],
    [field("form-data; name=a", "v", `x: ${"y".repeat(17_000)}|`) + "--b--", "more than 16384 bytes of header"],
  ];
  for (const [text, message] of bodies) {
    const error: Failure = assertThrows(() => decode(text), Error, message);
    assertEquals([error.code, error.details, (error.cause as Error).message], [
      "bad_request",
      { status: 400 },
      "invalid argument",
    ], text);
  }
  for (const type of ["multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary=""']) {
    assertThrows(() => decodeContent(encoder.encode("----"), type, "the body"), Error, "missing boundary");
  }
  const bytes = Uint8Array.from(
    field('form-data; name="\xff"').replaceAll("|", "\r\n") + "--b--",
    (c) => c.charCodeAt(0),
  );
  assertThrows(() => decodeContent(bytes, "multipart/form-data; boundary=b", "the body"), Error, "is not UTF-8 text");
});

Deno.test("the number of parts is limited", () => {
  const parts = (count: number) => field("form-data; name=a").repeat(count) + "--b--";
  assertEquals((decode(parts(MAX_PARTS)) as { values: { a: Value[] } }).values.a.length, MAX_PARTS);
  assertThrows(() => decode(parts(MAX_PARTS + 1)), Error, `more than ${MAX_PARTS} parts`);
});

Deno.test("a body of near boundaries takes no longer than any", () => {
  const boundary = "-".repeat(59) + "b";
  const start = performance.now();
  for (const piece of ["\r\n", "\r\n--", "\r\n" + "-".repeat(61), "-", "\r"]) {
    const body = `--${boundary}|Content-Disposition: form-data; name=a||${
      piece.repeat((1 << 20) / piece.length)
    }|--${boundary}--`;
    decode(body, boundary);
  }
  assert(performance.now() - start < 30_000, `${performance.now() - start} ms`);
});

seededTest("what the platform's FormData writes is read back", async (random) => {
  // Lines of a value are normalized by the platform, and it trims nothing; names keep every character, but a name that
  // has %22 is written as one that has a quote.
  const alphabet = CHARACTERS.filter((char) => !/[\r\n\0]/.test(char));
  const word = (most: number) => random.text(alphabet, most).replace(/%(?=0A|0D|22)/g, "");
  for (let i = 0; i < 300; i++) {
    const sent = new FormData();
    const values: Record<string, string[]> = {};
    const files: Record<string, { filename: string; size: number; data: Uint8Array }[]> = {};
    const add = <T>(map: Record<string, T[]>, name: string, value: T) =>
      Object.hasOwn(map, name) ? map[name]!.push(value) : setKey(map, name, [value]);
    for (const name of random.list(5, () => word(5))) {
      if (random.below(2) === 0) {
        const value = random.text(alphabet, 19);
        sent.append(name, value);
        add(values, name, value);
      } else {
        const data = random.bytes(199);
        const filename = word(9) || "f";
        sent.append(name, new File([data as BlobPart], filename), filename);
        add(files, name, { filename, size: data.length, data });
      }
    }
    const response = new Response(sent);
    const type = response.headers.get("content-type")!;
    const read = decodeContent(await response.bytes(), type, "the body") as Record<string, Record<string, Value[]>>;
    assertEquals(read.values, values);
    const found: typeof files = {};
    for (const [name, list] of Object.entries(read.files!)) {
      setKey(found, name, (list as typeof files[string]).map(({ filename, size, data }) => ({ filename, size, data })));
    }
    assertEquals(found, files);
  }
});
