import { assertEquals, assertThrows } from "@std/assert";
import { encode } from "../../storage/codec/mod.ts";
import { creation, Entry, type Operation, RegistryError, removal, replacement } from "../mod.ts";
import { decodeEntries, decodeOperations, encodeEntries, encodeOperations } from "./operations_codec.ts";

Deno.test("operations and entries are decoded as they were encoded", () => {
  const [a, b] = [
    Entry.of({ id: "a:x", kind: "k", data: -0, origin: "here" }),
    Entry.of({ id: "a:x", kind: "k", meta: { a: [1] } }),
  ];
  const operations: Operation[] = [creation(a), replacement(b, a), removal(b)];
  assertEquals(decodeOperations(encodeOperations(operations)), operations);
  assertEquals(decodeEntries(encodeEntries([a, b])), [a, b]);
  assertEquals(decodeOperations(encodeOperations([])), []);
});

Deno.test("damaged bytes are an error", () => {
  const good = encodeOperations([creation(Entry.of({ id: "a:x", kind: "k" }))]);
  const damaged = [
    new Uint8Array(),
    good.slice(0, -1),
    new Uint8Array([...good, 0]),
    encode("text"),
    encode([[3, []]]),
    encode([[0, ["a:x", "k", 5, null]]]),
    encode([[0]]),
  ];
  for (const bytes of damaged) {
    assertEquals(
      assertThrows(() => decodeOperations(bytes), RegistryError, "the stored data is damaged").code,
      "internal",
    );
  }
});
