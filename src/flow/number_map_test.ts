import { assertEquals } from "@std/assert";
import { NumberMap } from "./mod.ts";

Deno.test("a number map does what a map does", () => {
  const map = new NumberMap<{ of: number }>();
  const model = new Map<number, { of: number }>();
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 100_000; round++) {
    // far apart, close together, negative, beyond 32 bits: they meet in the same slots
    const key = [random(50), random(5_000) * 64, -random(100), 2 ** 40 + random(20)][random(4)]!;
    if (random(2) === 0) {
      const value = { of: key };
      map.set(key, value);
      model.set(key, value);
    } else assertEquals(map.delete(key), model.delete(key));
    assertEquals(map.size, model.size);
    const other = random(50);
    assertEquals(map.get(other), model.get(other));
  }
  for (const [key, value] of model) assertEquals(map.get(key), value);
  assertEquals(new Set(map.values()), new Set(model.values()));
});

Deno.test("what is taken out while the values are gone through is still gone through", () => {
  const map = new NumberMap<{ key: number }>();
  for (let key = 0; key < 40; key++) map.set(key, { key });
  const seen: number[] = [];
  for (const { key } of map.values()) {
    map.delete(key);
    seen.push(key);
  }
  assertEquals(seen.sort((a, b) => a - b), Array.from({ length: 40 }, (_, i) => i));
  assertEquals(map.size, 0);
});
