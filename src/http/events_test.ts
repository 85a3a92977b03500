import { assertEquals, assertThrows } from "@std/assert";
import { encodeEvent, encodeEvents, withHeartbeat } from "./mod.ts";

Deno.test("events are written as the standard says", () => {
  assertEquals(
    encodeEvent({ event: "price", data: { cents: 5 }, id: 7 }),
    'event: price\nid: 7\ndata: {"cents":5}\n\n',
  );
  assertEquals(encodeEvent({ data: "a\nb\r\nc\rd" }), "data: a\ndata: b\ndata: c\ndata: d\n\n");
  assertEquals(encodeEvent({ retry: 3000 }), "retry: 3000\n\n");
  assertEquals(encodeEvent({ event: "ping" }), "event: ping\ndata: \n\n");
  assertEquals(encodeEvent({ id: "" }), "id: \n\n");
  assertEquals(encodeEvent("plain"), "data: plain\n\n");
  assertEquals(encodeEvent({ total: 1 }), 'data: {"total":1}\n\n');
  assertEquals(encodeEvent({ event: "a", other: 1 }), 'data: {"event":"a","other":1}\n\n');
  assertEquals(encodeEvents([{ data: "1" }, "2"]), "data: 1\n\ndata: 2\n\n");
  assertEquals(encodeEvents([]), "");
});

Deno.test("a field that would break the stream is an error", () => {
  for (
    const event of [{ event: "a\nb" }, { id: "a\rb" }, { id: "a\0b" }, { retry: -1 }, { retry: 1.5 }, { event: {} }]
  ) {
    assertThrows(() => encodeEvent(event), Error, "of an event");
  }
});

Deno.test("a stream that is idle gets comments, between its lines only", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const reader = withHeartbeat(readable, 20).getReader();
  const decoder = new TextDecoder();
  const next = async () => decoder.decode((await reader.read()).value);
  assertEquals(await next(), ":\n");
  void writer.write(new TextEncoder().encode("data: hal"));
  assertEquals(await next(), "data: hal");
  const rest = next();
  assertEquals(await Promise.race([rest, new Promise((resolve) => setTimeout(() => resolve("none"), 100))]), "none");
  void writer.write(new TextEncoder().encode("f\n\n"));
  assertEquals(await rest, "f\n\n");
  assertEquals(await next(), ":\n");
  void writer.close();
  assertEquals((await reader.read()).done, true);
});

Deno.test("canceling a stream with heartbeats cancels its source", async () => {
  let reason: unknown;
  const source = new ReadableStream<Uint8Array>({ cancel: (given) => void (reason = given) });
  const stream = withHeartbeat(source, 10_000);
  await stream.cancel("gone");
  assertEquals(reason, "gone");
});
