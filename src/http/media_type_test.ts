import { assert, assertEquals } from "@std/assert";
import { formatOf, parseMediaType } from "./media_type.ts";

const CASES: [text: string, type: string | undefined, parameters?: Record<string, string>][] = [
  ["application/json", "application/json"],
  [" Text/PLAIN ; Charset=UTF-8 ", "text/plain", { charset: "UTF-8" }],
  ['text/plain; charset="utf-8"; x=1', "text/plain", { charset: "utf-8", x: "1" }],
  ['text/plain;a="x;y=\\"z\\\\";b=2', "text/plain", { a: 'x;y="z\\', b: "2" }],
  ["text/plain;;; a=1;", "text/plain", { a: "1" }],
  ["text/plain; a=1; A=2", "text/plain", { a: "1" }],
  ["text/plain; a=1; b", "text/plain", { a: "1" }],
  ['text/plain; a=1; b="open; c=3', "text/plain", { a: "1" }],
  ["text/plain; a = 1", "text/plain"],
  ["application/vnd.api+json;v=1", "application/vnd.api+json", { v: "1" }],
  ["text/plain; __proto__=x", "text/plain", { ["__proto__"]: "x" }],
  ["", undefined],
  ["text", undefined],
  ["text/", undefined],
  ["/plain", undefined],
  ["text/plain charset=utf-8", undefined],
  ["application/json, text/plain", undefined],
  ["te xt/plain", undefined],
];

Deno.test("a media type is read with its parameters", () => {
  for (const [text, type, parameters = {}] of CASES) {
    const media = parseMediaType(text);
    assertEquals(media?.type, type, text);
    if (media !== undefined) assertEquals([...media.parameters], Object.entries(parameters), text);
  }
});

Deno.test("no media type takes long to read", () => {
  const start = performance.now();
  for (const piece of [" ", "; ", ";a", 'a="', "\\", "a=", "/", ';a="\\']) {
    for (const head of ["", "text/plain", "text/plain;", 'text/plain; a="', "text/plain; a=b"]) {
      parseMediaType(head + piece.repeat(20_000));
      parseMediaType(head + piece.repeat(20_000) + "\0");
    }
  }
  assert(performance.now() - start < 30_000, `${performance.now() - start} ms`);
});

Deno.test("the format follows the type", () => {
  const formats = {
    "application/json": "json",
    "application/problem+json": "json",
    "text/json": "json",
    "application/x-www-form-urlencoded": "form",
    "multipart/form-data": "multipart",
    "multipart/mixed": "bytes",
    "text/plain": "text",
    "text/csv": "text",
    "text/xml": "text",
    "application/xml": "text",
    "image/svg+xml": "text",
    "application/octet-stream": "bytes",
    "image/png": "bytes",
  };
  for (const [type, format] of Object.entries(formats)) assertEquals(formatOf(type), format, type);
});
