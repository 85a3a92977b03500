import { assertEquals } from "@std/assert";
import { joinBytes } from "./bytes.ts";

Deno.test("bytes are joined in their order, in a buffer of their own", () => {
  const shared = new Uint8Array([1, 2, 3, 4]);
  const joined = joinBytes([shared.subarray(2), new Uint8Array(), shared.subarray(0, 1)]);
  assertEquals([...joined], [3, 4, 1]);
  assertEquals(joined.buffer.byteLength, 3);
  assertEquals(joinBytes([]).byteLength, 0);
});
