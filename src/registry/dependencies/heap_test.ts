import { assertEquals } from "@std/assert";
import { forAll } from "../../../tests/support/random.ts";
import { MinHeap } from "./heap.ts";

Deno.test("a heap returns its smallest number first", () =>
  forAll("heap", 2000, (random) => {
    const heap = new MinHeap();
    const items: number[] = [];
    for (let steps = random.int(1, 60); steps > 0; steps--) {
      if (random.chance(0.6)) {
        const item = random.int(0, 100);
        heap.push(item);
        items.push(item);
        items.sort((a, b) => a - b);
      } else {
        assertEquals(heap.pop(), items.shift());
      }
    }
    while (items.length > 0) assertEquals(heap.pop(), items.shift());
    assertEquals(heap.pop(), undefined);
  }));
