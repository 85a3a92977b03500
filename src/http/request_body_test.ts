import { assert, assertEquals, assertThrows } from "@std/assert";
import { failure, Stream, type Value } from "../value/mod.ts";
import { decodeContent, encodeRequestBody } from "./mod.ts";

Deno.test("a body is encoded by its type, or by its value", () => {
  const bytes = new Uint8Array([1, 2]);
  const cases: [value: Value, type: string | undefined, sent: string | undefined, content?: unknown][] = [
    [null, undefined, undefined],
    [null, "text/plain", undefined],
    [null, "application/json", "application/json", "null"],
    ["é", undefined, "text/plain; charset=utf-8", "é"],
    ["é", "text/plain; charset=latin1", "text/plain; charset=utf-8", "é"],
    ["{}", "application/json", "application/json", "{}"],
    [bytes, undefined, "application/octet-stream", bytes],
    [bytes, "image/png", "image/png", bytes],
    [1.5, undefined, "application/json", "1.5"],
    [[1], undefined, "application/json", "[1]"],
    [{ a: 1 }, "application/vnd.api+json", "application/vnd.api+json", '{"a":1}'],
    [{ a: [1, "x y"] }, "application/x-www-form-urlencoded", "application/x-www-form-urlencoded", "a=1&a=x+y"],
    [new Date(0), undefined, "text/plain; charset=utf-8", "1970-01-01T00:00:00.000Z"],
    [failure("boom"), undefined, "text/plain; charset=utf-8", "boom"],
  ];
  for (const [value, type, sent, content] of cases) {
    const body = encodeRequestBody(value, type);
    assertEquals([body?.type, body?.content], [sent, content]);
  }
  assertEquals(new TextEncoder().encode(encodeRequestBody("é", undefined)!.content as string).length, 2);
  assertThrows(
    () => encodeRequestBody([1], "application/x-www-form-urlencoded"),
    Error,
    "invalid body, list: expected",
  );
  assertThrows(() => encodeRequestBody([1], "multipart/form-data"), Error, "invalid form, list");
});

Deno.test("multipart is read as it was written, files and their names too", () => {
  const png = new Uint8Array([137, 80]);
  const { type, content } = encodeRequestBody({
    title: "a\r\nb",
    tags: ["x", "y"],
    count: 2,
    nothing: null,
    more: { deep: true },
    logo: { filename: 'my "logo"\r\n.png', type: "image/png", data: png },
    raw: png,
  }, "multipart/form-data; boundary=old")!;
  assert(content instanceof Uint8Array);
  const read = decodeContent(content, type, "the body") as { values: Value; files: Record<string, Value> };
  assertEquals(read.values, { title: ["a\r\nb"], tags: ["x", "y"], count: ["2"], more: [{ deep: true }] });
  const header = (filename: string, type: string, name: string) => ({
    "Content-Disposition": [`form-data; name="${name}"; filename="${filename}"`],
    "Content-Type": [type],
  });
  assertEquals(read.files, {
    logo: [{
      filename: 'my "logo"\r\n.png',
      header: header("my %22logo%22%0D%0A.png", "image/png", "logo"),
      size: 2,
      data: png,
    }],
    raw: [{ filename: "raw", header: header("raw", "application/octet-stream", "raw"), size: 2, data: png }],
  });
  // what a listener has read can be sent on
  const again = encodeRequestBody(read as Value, "multipart/form-data")!;
  assertEquals(decodeContent(again.content as Uint8Array, again.type, "the body"), read);
});

Deno.test("a part cannot add headers, and a stream stays one", () => {
  const injected = { file: { data: "x", type: "text/plain\r\nX-Evil: 1" } };
  assertThrows(() => encodeRequestBody(injected, "multipart/form-data"), Error, "expected one line");
  const stream = Stream.from(new Blob(["abc"]).stream());
  const { content } = encodeRequestBody({ file: stream }, "multipart/form-data")!;
  assertEquals((content as unknown[])[1], stream);
  stream.close();
});
