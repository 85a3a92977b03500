import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type Failure, PACKET_LIMITS, Stream, type Value } from "../value/mod.ts";
import { encodeJson, parseJson } from "./json.ts";

Deno.test("JSON is read as it says, __proto__ included", () => {
  assertEquals(parseJson('{"a":[1,null,"x"]}', "the body"), { a: [1, null, "x"] });
  const map = parseJson('{"__proto__":{"admin":true}}', "the body") as Record<string, Value>;
  assertEquals(Object.keys(map), ["__proto__"]);
  assertEquals(map.admin, undefined);
});

Deno.test("what is no JSON is a bad request", () => {
  for (const text of ["", "{", "undefined", "{'a':1}", "[1,]", "NaN", "\u00001"]) {
    const error: Failure = assertThrows(() => parseJson(text, "the body"), Error, "the body is not JSON: ");
    assertEquals([error.code, (error.cause as Error).message], ["bad_request", "invalid argument"]);
  }
});

Deno.test("JSON may be as deep as a packet, and no deeper", () => {
  const nested = (depth: number, inner = "") => "[".repeat(depth) + inner + "]".repeat(depth);
  parseJson(nested(PACKET_LIMITS.depth), "the body");
  parseJson(nested(PACKET_LIMITS.depth, " ".repeat(1000)), "the body");
  for (const depth of [PACKET_LIMITS.depth + 1, 100_000]) {
    const error: Failure = assertThrows(() => parseJson(nested(depth), "the body"), Error, "nested deeper than 200");
    assertEquals(error.details, { status: 400 });
  }
  assertThrows(
    () => parseJson('{"a":'.repeat(100_000) + "1" + "}".repeat(100_000), "x"),
    Error,
    "nested deeper than 200",
  );
  assertThrows(() => parseJson("[".repeat(100_000), "x"), Error, "is not JSON");
  const many = `[${"0,".repeat(PACKET_LIMITS.nodes)}0]`;
  assertStringIncludes(assertThrows(() => parseJson(many, "x"), Error).message, "more than 1000000 values");
});

Deno.test("values are written as JSON", () => {
  const date = new Date(Date.UTC(2024, 0, 2, 3, 4, 5, 6));
  const cases: [Value, string][] = [
    [null, "null"],
    [{ b: 1, a: [true, "é\n\u2028"] }, '{"b":1,"a":[true,"é\\n\u2028"]}'],
    [{ a: NaN, b: [Infinity, -0] }, '{"a":null,"b":[null,0]}'],
    [10n ** 30n, "1000000000000000000000000000000"],
    [{ z: 1n, a: { b: [2n] } }, '{"z":1,"a":{"b":[2]}}'],
    [{ at: date }, '{"at":"2024-01-02T03:04:05.006Z"}'],
    [{ at: date, n: 1n, bad: new Date(NaN) }, '{"at":"2024-01-02T03:04:05.006Z","n":1,"bad":null}'],
    [[new Uint8Array([1, 2, 255])], '["AQL/"]'],
    [[new Uint8Array()], '[""]'],
    [{ e: new TypeError("broken", { cause: 1 }) }, '{"e":"broken"}'],
    [JSON.parse('{"__proto__":1,"toJSON":"x"}'), '{"__proto__":1,"toJSON":"x"}'],
    [{ ...JSON.parse('{"__proto__":{"a":1}}'), n: 1n }, '{"__proto__":{"a":1},"n":1}'],
    ["\ud800", '"\\ud800"'],
  ];
  for (const [value, text] of cases) assertEquals(encodeJson(value), text);
});

Deno.test("a stream inside JSON is an error", () => {
  assertThrows(() => encodeJson({ body: Stream.of(1) }), Error, "a stream cannot be part of JSON");
});
