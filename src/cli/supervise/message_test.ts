import { assertEquals } from "@std/assert";
import { encodeMessage, type EngineMessage, MessageReader } from "./message.ts";

const BOUND: EngineMessage = { type: "bound", hostname: "127.0.0.1", port: 8000 };
const encoder = new TextEncoder();

/** Returns what a reader makes of bytes that come in pieces. */
function read(bytes: Uint8Array, piece: number): { text: string; messages: EngineMessage[] } {
  const messages: EngineMessage[] = [];
  const reader = new MessageReader("token", (message) => messages.push(message));
  let text = "";
  for (let at = 0; at < bytes.length; at += piece) text += reader.read(bytes.subarray(at, at + piece));
  return { text: text + reader.end(), messages };
}

function join(...parts: (string | Uint8Array)[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...typeof part === "string" ? encoder.encode(part) : part]));
}

Deno.test("messages are taken out of what is written around them, in whatever pieces it comes", () => {
  const message = encodeMessage("token", BOUND);
  const bytes = join("one ä li", message, "ne\ntwo\n", message, message, "three");
  for (const piece of [1, 2, 7, 1_000]) {
    assertEquals(read(bytes, piece), { text: "one ä line\ntwo\nthree", messages: [BOUND, BOUND, BOUND] }, `${piece}`);
  }
});

Deno.test("what only looks like a message is passed on", () => {
  for (
    const text of [
      "\0",
      "a\0b\0c",
      `\0guess${JSON.stringify(BOUND)}\0`,
      "\0token{\0 and more",
      "\0token",
      `\0token${"x".repeat(5_000)}\0`,
    ]
  ) {
    for (const piece of [1, 1_000]) assertEquals(read(encoder.encode(text), piece), { text, messages: [] }, text);
  }
});
