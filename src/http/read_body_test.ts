import { assert, assertEquals } from "@std/assert";
import { readBody } from "./read_body.ts";

Deno.test("a body of many small chunks keeps nothing of their buffers", async () => {
  const seen: WeakRef<ArrayBuffer>[] = [];
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      // weak references hold what they refer to until the end of a turn
      if (seen.length % 50 === 0) await new Promise<void>((resolve) => setTimeout(resolve));
      if (seen.length === 1_000) return controller.close();
      const { buffer } = new Uint8Array(4 * 2 ** 20);
      seen.push(new WeakRef(buffer));
      controller.enqueue(new Uint8Array(buffer, 0, 1));
    },
  });
  const request = new Request("http://localhost/", { method: "POST", body });
  assertEquals((await readBody(request, 2_000, 60_000)).length, 1_000);
  assert(seen.filter((ref) => ref.deref() !== undefined).length < 500); // 4 GiB, if all were kept
});
