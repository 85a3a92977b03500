import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  defineDecoder,
  equal,
  type Failure,
  failure,
  Form,
  fromWire,
  joinErrors,
  lazyMap,
  lazyParts,
  NONE,
  Stream,
  toWire,
  type Value,
} from "./mod.ts";

/** What another thread would get. */
function cross(value: Value | typeof NONE): unknown {
  const { form, data } = toWire(value);
  return fromWire(form, structuredClone(data));
}

const values: [string, Value, Form][] = [
  ["null", null, Form.Plain],
  ["text", "häß\u0000", Form.Plain],
  ["bigint", 12345678901234567890n, Form.Plain],
  ["a map of JSON", { a: [1, "x", null, { b: false }] }, Form.Json],
  ["a key called __proto__", JSON.parse('{"__proto__":{"x":1}}'), Form.Json],
  ["numbers that JSON has not", [NaN, Infinity, -0], Form.Plain],
  ["bytes in a map", { a: new Uint8Array([1, 2]) }, Form.Plain],
  ["a date", [new Date(7)], Form.Plain],
  [
    "an error",
    failure<string>("a", { code: "c", details: { n: 1 }, position: "f:1:2", cause: failure("b") }),
    Form.Tagged,
  ],
  ["an error in a list", [1, { e: new TypeError("x") }], Form.Tagged],
  ["joined errors", joinErrors([failure("a"), failure("b")]), Form.Tagged],
  ["a map that looks like a record", { isError: true, message: "no error", error: 1 }, Form.Json],
];

for (const [name, value, form] of values) {
  Deno.test(`crosses a thread: ${name}`, () => {
    assertEquals(toWire(value).form, form);
    const crossed = cross(value);
    assert(equal(crossed, value), `${String(crossed)} is not ${String(value)}`);
    if (Array.isArray(value) && value.some((item) => Object.is(item, -0))) {
      assert(Object.is((crossed as Value[])[2], -0));
    }
  });
}

Deno.test("none crosses as none", () => assertEquals(cross(NONE), NONE));

Deno.test("an error keeps its fields, its class and its path", () => {
  const error: Failure = new RangeError("far");
  error.path = ["a.out", "b"];
  error.position = "x.yaml:1:2";
  const crossed = cross(error) as Failure;
  assert(crossed instanceof RangeError);
  assertEquals([crossed.name, crossed.path, crossed.position], ["RangeError", ["a.out", "b"], "x.yaml:1:2"]);
  assertEquals(crossed.stack, error.stack);
});

Deno.test("a custom name survives", () => {
  const error = new Error("x");
  error.name = "MyError";
  assertEquals((cross(error) as Error).name, "MyError");
});

Deno.test("an error whose causes form a ring crosses", () => {
  const error = new Error("a");
  error.cause = new Error("b", { cause: error });
  const crossed = cross(error) as Error;
  assertEquals([crossed.message, (crossed.cause as Error).message], ["a", "b"]);
});

Deno.test("a stream crosses as its ticket and is itself again at home", () => {
  const stream = Stream.from(new ReadableStream());
  assertEquals(cross({ body: stream }), { body: stream });
  stream.close();
  const away = (cross({ body: stream }) as { body: Stream }).body;
  assertThrows(() => away.take(), Error, "read once");
});

Deno.test("a lazy map crosses undecoded", () => {
  let decoded = 0;
  defineDecoder("test", (source) => {
    decoded++;
    return `<${source}>`;
  });
  const map = lazyMap({ fields: { a: 1, b: null }, lazy: { b: { decoder: "test", source: "x" } } });
  const crossed = cross([map]) as [Record<string, Value>];
  assertEquals(decoded, 0);
  assertEquals(lazyParts(crossed[0])?.lazy.b?.source, "x");
  assertEquals([crossed[0].a, crossed[0].b, crossed[0].b], [1, "<x>", "<x>"]);
  assertEquals(decoded, 1);
});

Deno.test("what is too large or not a value is rejected, with the reason", () => {
  let deep: Value = 1;
  for (let i = 0; i < 201; i++) deep = [deep];
  assertStringIncludes(assertThrows(() => toWire(deep), Error).message, "nested deeper than 200");
  assertStringIncludes(assertThrows(() => toWire("x".repeat(17 << 20)), Error).message, "more than 16 MiB");
  assertStringIncludes(assertThrows(() => toWire(new Uint8Array(17 << 20)), Error).message, "more than 16 MiB");
  assertStringIncludes(
    assertThrows(() => toWire(new Array(1_000_001).fill(0)), Error).message,
    "more than 1000000 values",
  );
  assertStringIncludes(
    assertThrows(() => toWire({ f: (() => 1) as unknown as Value }), Error).message,
    "a function is not a value",
  );
});
