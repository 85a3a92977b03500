import { assertEquals, assertThrows } from "@std/assert";
import { failure, Stream, type Value } from "../../value/mod.ts";
import {
  decodeMessage,
  encodeAnswer,
  encodeMessage,
  readClosing,
  readMembership,
  readOutgoing,
  sizeOf,
} from "./message.ts";

Deno.test("text is text, bytes are bytes, anything else is JSON", () => {
  const bytes = new Uint8Array([1, 2]);
  assertEquals(encodeMessage("a", "text"), "a");
  assertEquals(encodeMessage("a", "json"), '"a"');
  for (const format of ["text", "json"] as const) {
    assertEquals(encodeMessage(bytes, format), bytes);
    assertEquals(encodeMessage({ a: [1n, null] }, format), '{"a":[1,null]}');
  }
  assertEquals(encodeMessage(failure("wrong"), "text"), "wrong");
  const stream = Stream.from(new ReadableStream());
  assertThrows(() => encodeMessage(stream, "text"), Error, "a stream cannot be a message");
  stream.close();
});

Deno.test("texts are decoded as JSON where they are JSON, bytes never", () => {
  assertEquals(decodeMessage("[1]", "text"), "[1]");
  assertEquals(decodeMessage("[1]", "json"), [1]);
  assertEquals(decodeMessage(new Uint8Array([91, 93]), "json"), new Uint8Array([91, 93]));
  assertThrows(() => decodeMessage("[", "json"), Error, "the message is not JSON");
  assertThrows(() => decodeMessage("[".repeat(100_000) + "]".repeat(100_000), "json"), Error);
});

Deno.test("the size of a message is that of its UTF-8, where that decides", () => {
  assertEquals([sizeOf("abc", 5), sizeOf("€€", 5), sizeOf("😀", 3), sizeOf(new Uint8Array(7), 5)], [3, 6, 4, 7]);
  assertEquals(sizeOf("€".repeat(10), 29), 30);
  assertEquals(sizeOf("€".repeat(10), 30), 10); // at most 30
  assertEquals(sizeOf("€".repeat(10), 5), 10); // more than 5
});

Deno.test("what is sent is a map of data with to, except and type, or the message itself", () => {
  const read = (payload: Value) => readOutgoing(payload, "text");
  assertEquals(read("a"), { to: undefined, except: [], message: "a" });
  assertEquals(read({ data: "a" }), { to: undefined, except: [], message: "a" });
  assertEquals(read({ to: "r", data: { a: 1 }, except: ["x"] }), { to: ["r"], except: ["x"], message: '{"a":1}' });
  assertEquals(read({ data: "a", type: 2 }).message, new Uint8Array([97]));
  assertEquals(read({ data: new Uint8Array([97]), type: 1 }).message, "a");
  // a client's own protocol
  assertEquals(read({ type: "chat", data: "a" }).message, '{"type":"chat","data":"a"}');
  assertEquals(read({ data: "a", text: "b" }).message, '{"data":"a","text":"b"}');
  // as a gateway has received it
  assertEquals(read({ id: "i", rooms: [], type: 1, data: "a" }).message, "a");
  const wrong: [Value, string][] = [
    [{ to: "r" }, "missing data"],
    [{ to: "r", data: 1, text: 2 }, 'unknown field "text"'],
    [{ to: 5, data: 1 }, "invalid to of a message"],
    [{ data: 1, type: 8 }, "invalid type 8"],
    [{ data: new Uint8Array([0xff]), type: 1 }, "expected text, or bytes that are UTF-8"],
  ];
  for (const [payload, message] of wrong) assertThrows(() => read(payload), Error, message);
});

Deno.test("an answer that is a message passed on is that message", () => {
  assertEquals(encodeAnswer({ id: "i", rooms: [], auth: { subject: "s" }, type: 1, data: "a" }, "text"), "a");
  assertEquals(encodeAnswer({ data: "a" }, "text"), '{"data":"a"}');
  assertEquals(encodeAnswer({ to: "x", data: "a" }, "text"), '{"to":"x","data":"a"}');
});

Deno.test("rooms and closes are read, or rejected", () => {
  assertEquals(readMembership("a"), { to: undefined, rooms: ["a"] });
  assertEquals(readMembership({ to: "i", rooms: ["a", "b"] }), { to: ["i"], rooms: ["a", "b"] });
  for (const payload of [null, {}, [], 5, { rooms: [""] }]) assertThrows(() => readMembership(payload));
  assertEquals(readClosing(null), { to: undefined, code: 1000, reason: "" });
  assertEquals(readClosing({ to: "i", code: 4000, reason: "€".repeat(41) }).code, 4000);
  for (const code of [999, 1004, 1005, 1006, 1015, 2999, 5000, "x"]) {
    assertThrows(() => readClosing({ code }), Error, "invalid code");
  }
  assertThrows(() => readClosing({ reason: "€".repeat(42) }), Error, "of 126 bytes");
});
